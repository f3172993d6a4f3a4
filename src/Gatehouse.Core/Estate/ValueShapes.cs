using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Gatehouse.Core.Estate;

/// <summary>What may stand behind a key: how it is read, and how the schema and the documents describe it.</summary>
internal abstract class Shape
{
    /// <summary>What a message says was expected, such as <c>a duration such as `15m` or `7d`</c>.</summary>
    public abstract string Expected { get; }

    /// <summary>Unit and range for the table of settings; empty when the kind says it all.</summary>
    public virtual string Range => "";

    /// <summary>The sections below, whose keys have lines of their own in the table of settings.</summary>
    public virtual SectionShape? Section => null;

    /// <summary>What stands between the path of the key and the keys below: <c>.NAME</c> or <c>[]</c>.</summary>
    public virtual string PathSuffix => "";

    /// <summary>Writes the members of the JSON Schema object that describes it.</summary>
    public abstract void WriteSchema(Utf8JsonWriter json);
}

/// <summary>A shape whose values have a type.</summary>
/// <typeparam name="T">The type of its values.</typeparam>
internal abstract class ValueShape<T> : Shape
{
    /// <summary>Reads a node; where that fails the problem is reported and the result is false.</summary>
    public abstract bool TryRead(
        EstateNode node, string path, EstateProblems problems, [MaybeNullWhen(false)] out T value);
}

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

/// <summary>A single value, read from its text.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <param name="expected">What a message says was expected.</param>
/// <param name="read">Reads the text; gives null when it read, else what is wrong with it.</param>
internal sealed class TextShape<T>(string expected, TextShape<T>.Reader read) : ValueShape<T>
{
    /// <summary>Reads a text.</summary>
    /// <returns>Null when it read; an empty text when the expectation says enough; else the reason.</returns>
    internal delegate string? Reader(string text, out T value);

    public override string Expected => expected;

    public override string Range => RangeText;

    private string ExpectedInFull => RangeText.Length == 0 ? Expected : $"{Expected}, {RangeText}";

    /// <summary>Unit and range for the table of settings.</summary>
    public string RangeText { get; init; } = "";

    /// <summary>The type that YAML gives to a plain value of this shape; empty for a text or a whole number.</summary>
    public string SchemaType { get; init; } = "string";

    public string? Pattern { get; init; }

    /// <summary>The only values there are; null when the set is open.</summary>
    public string[]? Choices { get; init; }

    public string[] Examples { get; init; } = [];

    public decimal? Minimum { get; init; }

    public decimal? Maximum { get; init; }

    public override bool TryRead(
        EstateNode node, string path, EstateProblems problems, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (node is not EstateNode.Scalar scalar || scalar.IsEmpty)
        {
            problems.Error(node, path, $"holds {node.Kind}", ExpectedInFull);
            return false;
        }
        var reason = read(scalar.Text, out value!);
        if (reason is null)
            return true;
        // Only a reader that knows its value to be harmless names it in the reason.
        var message = reason.Length == 0 ? $"{DisplayText.Quote(scalar.Text)} does not fit" : reason;
        var nearest = Choices is null || problems.IsFull ? null : NearestName.Find(scalar.Text, Choices);
        problems.Error(node, path, message, ExpectedInFull, nearest);
        return false;
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        if (Choices is not null && SchemaType != "string")
        {
            WriteChoicesOfAnswer(json);
            return;
        }
        WriteType(json);
        if (Pattern is not null)
            json.WriteString("pattern", Pattern);
        WriteTexts(json, "enum", Choices ?? []);
        WriteTexts(json, "examples", Examples);
        if (Minimum is not null)
            json.WriteNumber("minimum", Minimum.Value);
        if (Maximum is not null)
            json.WriteNumber("maximum", Maximum.Value);
    }

    // A value such as `1000` or `1000B` may be a number or a text.
    private void WriteType(Utf8JsonWriter json)
    {
        if (SchemaType.Length != 0)
        {
            json.WriteString("type", SchemaType);
            return;
        }
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("integer");
        json.WriteEndArray();
    }

    // YAML reads `true` as a boolean and `yes` as text or boolean by its version: both belong into the schema.
    private void WriteChoicesOfAnswer(Utf8JsonWriter json)
    {
        json.WriteStartArray("enum");
        foreach (var choice in Choices!)
        {
            if (choice is "true" or "false")
                json.WriteBooleanValue(choice == "true");
            else
                json.WriteStringValue(choice);
        }
        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, string[] texts)
    {
        if (texts.Length == 0)
            return;
        json.WriteStartArray(name);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
