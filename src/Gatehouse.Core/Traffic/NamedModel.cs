using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Gatehouse.Core.Traffic;

/// <summary>The model that a body names, where the body is no prompt in JSON.</summary>
/// <param name="Name">The model as the caller named it; empty with a refusal.</param>
/// <param name="Offset">Where its text begins, in bytes from the body's start.</param>
/// <param name="Length">The length of its text in bytes.</param>
/// <param name="Refusal">Why the body is refused; null when it is not.</param>
public readonly record struct NamedModel(string Name, int Offset, int Length, Refusal? Refusal = null)
{
    private const int NameBytesMax = 512;
    private const int HeadBytesMax = 8 * 1024; // Headers of one part; real ones have some 200.
    private const int PartsMax = 1_000;

    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    private static ReadOnlySpan<byte> HeadEnd => "\r\n\r\n"u8;

    /// <summary>
    /// Finds the field <c>model</c> of a form (RFC 7578). Strict: what two servers could read in two ways is refused.
    /// </summary>
    /// <param name="body">The form.</param>
    /// <param name="contentType">The header that names its boundary.</param>
    public static NamedModel InForm(ReadOnlySpan<byte> body, string contentType)
    {
        if (Boundary(contentType) is not { } boundary)
            return Malformed("The form's Content-Type names no usable boundary.");
        var mark = Encoding.ASCII.GetBytes($"\r\n--{boundary}");
        if (!body.StartsWith(mark.AsSpan(LineEnd.Length)))
            return Malformed("The form does not begin with its boundary.");
        NamedModel? found = null;
        var at = mark.Length - LineEnd.Length;
        for (var parts = 0; !body[at..].StartsWith("--"u8); parts++)
        {
            var head = body[at..Math.Min(body.Length, at + HeadBytesMax)];
            if (parts == PartsMax || !head.StartsWith(LineEnd)
                || head.IndexOf(HeadEnd) is not (var headLength and >= 0))
            {
                return Malformed("A part of the form has no readable headers.");
            }
            var start = at + headLength + HeadEnd.Length;
            if (body[start..].IndexOf(mark) is not (var length and >= 0))
                return Malformed("The form ends inside a part.");
            var field = FieldOf(head[..headLength], out var isPlain);
            if (field is null)
                return Malformed("A part of the form does not say which field it is.");
            if (field == "model")
            {
                if (found is not null)
                {
                    return new NamedModel(
                        "", 0, 0, new Refusal(RefusalKind.AmbiguousJson, "The form names two models; send one."));
                }
                var value = body.Slice(start, length);
                if (!isPlain || value.IsEmpty || length > NameBytesMax || !Utf8.IsValid(value)
                    || value.ContainsAnyInRange((byte)0, (byte)0x1F))
                {
                    return Malformed("The field \"model\" of the form is no name of a model.");
                }
                found = new NamedModel(Encoding.UTF8.GetString(value), start, length);
            }
            at = start + length + mark.Length;
        }
        return found ?? Malformed("The form names no model; send the field \"model\".");
    }

    /// <summary>
    /// The strings at the top of a body that manages models, with their keys; null when it is no JSON object.
    /// </summary>
    public static IReadOnlyList<(string Key, string Value)>? StringsIn(ReadOnlySpan<byte> body)
    {
        var strings = new List<(string, string)>();
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = RequestInspector.DepthMax });
        try
        {
            if (!Utf8.IsValid(body) || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var key = JsonText.Read(reader, NameBytesMax);
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && JsonText.Read(reader, NameBytesMax) is { } value)
                    strings.Add((key ?? "", value));
                reader.Skip();
            }
            return reader.TokenType == JsonTokenType.EndObject && !reader.Read() ? strings : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static NamedModel Malformed(string message) =>
        new("", 0, 0, new Refusal(RefusalKind.Malformed, message));

    /// <summary>The boundary, which a header may quote, or null when there is not exactly one that is sound.</summary>
    private static string? Boundary(string contentType)
    {
        const int CharsMax = 70; // RFC 2046, 5.1.1.
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
            return null;
        var named = type.Parameters
            .Where(one => one.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase)).ToArray();
        return named is [{ Value: { } value }] && value.Trim('"') is { Length: > 0 and <= CharsMax } boundary
            && boundary.All(one => one is >= ' ' and <= '~' and not '"' and not '\\') && boundary[^1] != ' '
            ? boundary : null;
    }

    /// <summary>The field of a part, or null when its headers do not say so in the one usual way.</summary>
    private static string? FieldOf(ReadOnlySpan<byte> head, out bool isPlain)
    {
        isPlain = true;
        string? field = null;
        foreach (var line in Encoding.Latin1.GetString(head).Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("content-transfer-encoding:", StringComparison.OrdinalIgnoreCase))
                isPlain = false;
            const string Name = "content-disposition:";
            if (!line.StartsWith(Name, StringComparison.OrdinalIgnoreCase))
                continue;
            if (field is not null || !ContentDispositionHeaderValue.TryParse(line[Name.Length..].Trim(), out var parsed)
                || parsed.DispositionType != "form-data" || parsed.Name is not { Length: > 0 } name
                || parsed.Parameters.Any(one => one.Name.Equals("name*", StringComparison.OrdinalIgnoreCase)))
            {
                return null;
            }
            isPlain &= parsed.FileName is null && parsed.FileNameStar is null;
            field = name.Trim('"');
        }
        return field;
    }
}
