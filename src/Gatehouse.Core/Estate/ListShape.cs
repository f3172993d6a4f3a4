using System.Collections.Immutable;
using System.Text.Json;

namespace Gatehouse.Core.Estate;

/// <summary>A list of values of one shape.</summary>
/// <typeparam name="T">The type of an item.</typeparam>
/// <param name="item">The shape of an item.</param>
/// <param name="itemsMin">Fewest items.</param>
/// <param name="itemsMax">Most items.</param>
internal sealed class ListShape<T>(ValueShape<T> item, int itemsMin, int itemsMax) : ValueShape<ImmutableArray<T>>
{
    public override string Expected => $"a list; each item is {item.Expected}";

    public override string Range =>
        $"{itemsMin} to {itemsMax} items" + (item.Range.Length == 0 ? "" : $"; each {item.Range}");

    public override SectionShape? Section => item.Section;

    public override string PathSuffix => "[]" + item.PathSuffix;

    public override bool TryRead(
        EstateNode node, string path, EstateProblems problems, out ImmutableArray<T> value)
    {
        value = [];
        if (node is not EstateNode.Sequence sequence)
        {
            problems.Error(node, path, $"holds {node.Kind}", Expected);
            return false;
        }
        if (sequence.Items.Count < itemsMin || sequence.Items.Count > itemsMax)
        {
            problems.Error(node, path, $"holds {sequence.Items.Count} items", $"{itemsMin} to {itemsMax} items");
            return false;
        }
        var items = ImmutableArray.CreateBuilder<T>(sequence.Items.Count);
        for (var i = 0; i < sequence.Items.Count; i++)
        {
            if (item.TryRead(sequence.Items[i], $"{path}[{i}]", problems, out var read))
                items.Add(read);
        }
        value = items.DrainToImmutable();
        return value.Length == sequence.Items.Count;
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "array");
        if (itemsMin > 0)
            json.WriteNumber("minItems", itemsMin);
        json.WriteNumber("maxItems", itemsMax);
        json.WriteStartObject("items");
        item.WriteSchema(json);
        json.WriteEndObject();
    }
}
