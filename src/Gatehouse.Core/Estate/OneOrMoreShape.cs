using System.Collections.Immutable;
using System.Text.Json;

namespace Gatehouse.Core.Estate;

/// <summary>One value, or a list of several of the same shape.</summary>
/// <typeparam name="T">The type of an item.</typeparam>
/// <param name="item">The shape of an item.</param>
/// <param name="itemsMax">Most items.</param>
internal sealed class OneOrMoreShape<T>(ValueShape<T> item, int itemsMax) : ValueShape<ImmutableArray<T>>
{
    private readonly ListShape<T> _list = new(item, 1, itemsMax);

    public override string Expected => $"{item.Expected}, or a list of them";

    public override string Range => $"1 to {itemsMax} items";

    public override bool TryRead(
        EstateNode node, string path, EstateProblems problems, out ImmutableArray<T> value)
    {
        if (node is EstateNode.Sequence)
            return _list.TryRead(node, path, problems, out value);
        var isRead = item.TryRead(node, path, problems, out var single);
        value = isRead ? [single!] : [];
        return isRead;
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("oneOf");
        json.WriteStartObject();
        item.WriteSchema(json);
        json.WriteEndObject();
        json.WriteStartObject();
        _list.WriteSchema(json);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
