using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Gatehouse.Core.Estate;

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
