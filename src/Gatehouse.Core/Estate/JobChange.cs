using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>What is added to an entry of <c>jobs:</c> that is there already. What stands there stays.</summary>
/// <param name="Key">The job's key.</param>
public sealed record JobChange(string Key)
{
    /// <summary>
    /// Keys with their values, written as YAML that fits on one line. A key that the entry has keeps its value.
    /// </summary>
    public ImmutableArray<KeyValuePair<string, string>> More { get; init; } = [];

    /// <summary>Keys of models that it may call besides those that it has.</summary>
    public ImmutableArray<string> AlsoModels { get; init; } = [];
}
