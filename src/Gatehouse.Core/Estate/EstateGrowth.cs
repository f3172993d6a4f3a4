namespace Gatehouse.Core.Estate;

/// <summary>
/// Compares two parsed estates: the second must hold the first, and the new entries, and nothing else.
/// </summary>
internal static class EstateGrowth
{
    public static bool IsGrown(
        EstateNode.Mapping was, EstateNode.Mapping now, Dictionary<string, HashSet<string>> added)
    {
        var old = was.Entries.ToDictionary(entry => entry.Key.Text, entry => entry.Value);
        foreach (var (key, value) in now.Entries)
        {
            var before = old.GetValueOrDefault(key.Text);
            old.Remove(key.Text);
            if (added.TryGetValue(key.Text, out var fresh))
            {
                if (value is not EstateNode.Mapping entries || !HasGrown(before, entries, fresh)) return false;
            }
            else if (before is null || !IsSame(before, value))
            {
                return false;
            }
        }
        return old.Count == 0;
    }

    private static bool HasGrown(EstateNode? before, EstateNode.Mapping now, HashSet<string> fresh)
    {
        var old = (before as EstateNode.Mapping)?.Entries ?? [];
        if (now.Entries.Count != old.Count + fresh.Count) return false;
        return old.Zip(now.Entries).All(pair => IsSame(pair.First, pair.Second))
            && now.Entries.Skip(old.Count).All(entry => fresh.Contains(entry.Key.Text));
    }

    private static bool IsSame(KeyValuePair<EstateNode.Scalar, EstateNode> one,
        KeyValuePair<EstateNode.Scalar, EstateNode> other)
        => one.Key.Text == other.Key.Text && IsSame(one.Value, other.Value);

    // The depth is bounded by the tree that was parsed.
    private static bool IsSame(EstateNode one, EstateNode other) => (one, other) switch
    {
        (EstateNode.Scalar a, EstateNode.Scalar b) => a.Text == b.Text && a.IsEmpty == b.IsEmpty,
        (EstateNode.Sequence a, EstateNode.Sequence b) =>
            a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => IsSame(pair.First, pair.Second)),
        (EstateNode.Mapping a, EstateNode.Mapping b) =>
            a.Entries.Count == b.Entries.Count && a.Entries.Zip(b.Entries).All(pair => IsSame(pair.First, pair.Second)),
        _ => false,
    };
}
