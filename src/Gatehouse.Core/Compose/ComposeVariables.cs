namespace Gatehouse.Core.Compose;

/// <summary>Variables for interpolation: those of an outer layer win.</summary>
internal sealed class ComposeVariables(ComposeVariables? outer, IReadOnlyDictionary<string, string> own)
{
    public string? Find(string name) => outer?.Find(name) ?? own.GetValueOrDefault(name);
}
