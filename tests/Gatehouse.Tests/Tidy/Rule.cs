namespace Gatehouse.Tests.Tidy;

/// <summary>
/// A rule of this project: what breaks it must be on its list of exceptions, and what is on the list must break it.
/// </summary>
internal static class Rule
{
    /// <summary>Checks what was found, each written as it stands in the list.</summary>
    /// <param name="found">What breaks the rule.</param>
    /// <param name="allowed">Exceptions and their reasons.</param>
    public static void Holds(IEnumerable<string> found, IReadOnlyDictionary<string, string>? allowed = null)
    {
        var list = found.Distinct().ToList();
        var exceptions = allowed ?? new Dictionary<string, string>();

        var broken = list.Where(one => !exceptions.ContainsKey(one))
            .Concat(exceptions.Keys.Where(one => !list.Contains(one)).Select(one => $"no longer an exception: {one}"));
        Assert.Equal("", string.Join('\n', broken));
        Assert.All(exceptions.Values, reason => Assert.EndsWith(".", reason, StringComparison.Ordinal));
    }
}
