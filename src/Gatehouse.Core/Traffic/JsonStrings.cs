using System.Text;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>The strings of a JSON text that a model wrote, such as the arguments of a tool.</summary>
public static class JsonStrings
{
    /// <summary>
    /// The string values, with their place in the text, quotes included. Of a text that is no JSON, all of it, as one.
    /// </summary>
    public static IReadOnlyList<(int Start, int Length, string Value)> Of(ReadOnlySpan<char> text)
    {
        var strings = new List<(int, int, string)>();
        if (!IsJson(text))
            return [(0, text.Length, text.ToString())];
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '"')
                continue;
            var end = at + 1;
            while (text[end] != '"')
                end += text[end] == '\\' ? 2 : 1;
            var raw = Encoding.UTF8.GetBytes(text[(at + 1)..end].ToArray());
            // A name is followed by a colon.
            var next = end + 1;
            while (next < text.Length && char.IsWhiteSpace(text[next]))
                next++;
            if (next >= text.Length || text[next] != ':')
                strings.Add((at, end + 1 - at, JsonText.Decode(raw)));
            at = end;
        }
        return strings;
    }

    /// <summary>A text as JSON writes it, with its quotes.</summary>
    public static string Quote(string text) => Encoding.UTF8.GetString(JsonText.Encode(text));

    /// <summary>The value of a JSON text; null where it is none.</summary>
    public static JsonElement? TryParse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 256 });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The value at a dotted path; null where there is none.</summary>
    public static JsonElement? At(JsonElement root, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var at = root;
        foreach (var name in path.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out var next))
                return null;
            at = next;
        }
        return at;
    }

    /// <summary>The texts in a value: strings, names of members too, and other values as they are written.</summary>
    public static IEnumerable<string> TextsIn(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Object => value.EnumerateObject().SelectMany(one => TextsIn(one.Value).Prepend(one.Name)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(TextsIn),
        _ => [value.GetRawText()],
    };

    private static bool IsJson(ReadOnlySpan<char> text)
    {
        try
        {
            var reader = new Utf8JsonReader(
                Encoding.UTF8.GetBytes(text.ToArray()), new JsonReaderOptions { MaxDepth = 256 });
            while (reader.Read())
            {
            }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
