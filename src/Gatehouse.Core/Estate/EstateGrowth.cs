using System.Collections.Immutable;

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

/// <summary>
/// Chooses from a draft what an estate takes, so that one entry that cannot be written keeps no other one out.
/// </summary>
public sealed record EstateFit
{
    /// <summary>What the estate takes, together.</summary>
    public required EstateDraft Draft { get; init; }

    /// <summary>The estate with it; null where it takes nothing.</summary>
    public EstatePlan? Plan { get; init; }

    /// <summary>Jobs that it does not take, each with the first problem.</summary>
    public ImmutableArray<(string Job, EstateProblem Problem)> Left { get; init; } = [];

    /// <summary>Chooses.</summary>
    /// <param name="text">The text of a usable estate.</param>
    /// <param name="draft">Jobs with the models and sinks that they name.</param>
    /// <param name="fileName">The name that problems carry.</param>
    public static EstateFit Of(string text, EstateDraft draft, string fileName)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (EstateEditor.Add(text, draft, fileName) is EstateEdit.Done all)
            return new EstateFit { Draft = draft, Plan = all.Plan };
        EstatePlan? plan = null;
        var (taken, left) = (new EstateDraft(), ImmutableArray.CreateBuilder<(string, EstateProblem)>());
        foreach (var job in draft.Jobs)
        {
            var next = taken with
            {
                Models = [.. taken.Models, .. draft.Models.Where(one => job.Models.Contains(one.Key)
                    && taken.Models.All(has => has.Key != one.Key))],
                Sinks = [.. taken.Sinks, .. draft.Sinks.Where(one => job.Sink == one.Key
                    && taken.Sinks.All(has => has.Key != one.Key))],
                Jobs = [.. taken.Jobs, job],
            };
            switch (EstateEditor.Add(text, next, fileName))
            {
                case EstateEdit.Done done:
                    (taken, plan) = (next, done.Plan);
                    break;
                case EstateEdit.Refused refused:
                    left.Add((job.Key, refused.Problems[0]));
                    break;
                default:
                    throw new InvalidOperationException("An edit is done or refused.");
            }
        }
        return new EstateFit { Draft = taken, Plan = plan, Left = left.ToImmutable() };
    }
}

/// <summary>A new place for an entry of <c>models:</c> that is there already.</summary>
/// <param name="Key">The model's key.</param>
/// <param name="Url">Where it is served from now on.</param>
public sealed record ModelMove(string Key, string Url);
