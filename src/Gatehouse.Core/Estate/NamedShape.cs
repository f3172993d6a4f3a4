using System.Collections.Immutable;
using System.Text.Json;

namespace Gatehouse.Core.Estate;

/// <summary>A mapping from names that the user chooses to sections, such as <c>jobs:</c>.</summary>
/// <param name="section">The shape of each entry.</param>
/// <param name="namePattern">Regular expression of a name, for the schema; <paramref name="isName"/> decides.</param>
/// <param name="isName">Whether a key is a usable name.</param>
/// <param name="nameExpected">What a message says that a name is.</param>
internal sealed class NamedShape(
    SectionShape section, string namePattern, Func<string, bool> isName, string nameExpected)
    : ValueShape<ImmutableArray<KeyValuePair<string, SectionReader>>>
{
    private const int EntriesMax = 10_000; // Far above any house; bounds what a hostile file can ask for.

    public override string Expected => "a mapping from names to their settings";

    public override string Range => $"up to {EntriesMax} entries; a name is {nameExpected}";

    public override SectionShape? Section => section;

    public override string PathSuffix => ".NAME";

    public override bool TryRead(EstateNode node, string path, EstateProblems problems,
        out ImmutableArray<KeyValuePair<string, SectionReader>> value)
    {
        value = [];
        if (node is not EstateNode.Mapping mapping)
        {
            problems.Error(node, path, $"holds {node.Kind}", Expected);
            return false;
        }
        if (mapping.Entries.Count > EntriesMax)
        {
            problems.Error(node, path, $"holds {mapping.Entries.Count} entries", $"at most {EntriesMax}");
            return false;
        }
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<string, SectionReader>>(mapping.Entries.Count);
        foreach (var (key, child) in mapping.Entries)
        {
            if (!isName(key.Text))
                problems.Error(key, path, $"{DisplayText.Quote(key.Text)} is not a usable name", nameExpected);
            else if (section.TryRead(child, $"{path}.{key.Text}", problems, out var reader))
                entries.Add(new(key.Text, reader));
        }
        value = entries.DrainToImmutable();
        return true;
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("propertyNames");
        json.WriteString("pattern", namePattern);
        json.WriteEndObject();
        json.WriteStartObject("additionalProperties");
        section.WriteSchema(json);
        json.WriteEndObject();
    }
}
