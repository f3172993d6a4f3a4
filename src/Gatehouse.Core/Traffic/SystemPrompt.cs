using System.Text;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Where the operator's words stand in a prompt, in every dialect, and how some are added to them: after those that are
/// there, so that what a provider has cached up to them stays what it was, and in one message, because the templates of
/// many local models take only one.
/// </summary>
public static class SystemPrompt
{
    /// <summary>What stands between the words that were there and those that are added.</summary>
    private const string Gap = "\n\n";

    /// <summary>Finds the change that adds a text to the operator's words.</summary>
    /// <param name="body">The body; JSON that was inspected.</param>
    /// <param name="route">Its route.</param>
    /// <param name="text">What is added.</param>
    /// <param name="place">The change, and the string that it extends.</param>
    /// <returns>False where the prompt has no place for it, or skips it.</returns>
    public static bool TryAdd(ReadOnlySpan<byte> body, Route route, string text, out SystemPlace place)
    {
        ArgumentNullException.ThrowIfNull(route);
        place = default;
        // The bodies of other routes need not be JSON.
        if (!HasPlace(route))
            return false;
        var top = Top.Read(body);
        switch (route.Endpoint)
        {
            case Endpoint.OpenAIChat or Endpoint.OllamaChat:
                return TryAddMessage(body, top, text, out place);
            case Endpoint.OpenAIResponses:
                place = AddMember(body, top, "instructions", top.Instructions, text);
                return true;
            case Endpoint.AnthropicMessages or Endpoint.AnthropicCountTokens:
                place = AddMember(body, top, "system", top.System, text);
                return true;
            // A raw prompt and a template of the caller's own skip the system prompt.
            case Endpoint.OllamaGenerate when !top.SkipsSystem:
                place = AddMember(body, top, "system", top.System, text);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether prompts of the route have a place for the operator's words.</summary>
    public static bool HasPlace(Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        return route.Endpoint is Endpoint.OpenAIChat or Endpoint.OllamaChat or Endpoint.OpenAIResponses
            or Endpoint.AnthropicMessages or Endpoint.AnthropicCountTokens or Endpoint.OllamaGenerate;
    }

    private static bool TryAddMessage(ReadOnlySpan<byte> body, in Top top, string text, out SystemPlace place)
    {
        place = default;
        if (top.Messages.Kind != JsonTokenType.StartArray)
            return false;
        var array = top.Messages;
        var first = FirstElement(body, array);
        if (first.Kind == JsonTokenType.StartObject)
        {
            var (role, content) = ReadMessage(body, first);
            if (role.SequenceEqual("system"u8) || role.SequenceEqual("developer"u8))
            {
                if (content.Kind is JsonTokenType.String or JsonTokenType.StartArray)
                {
                    place = Extend(body, content, text);
                    return true;
                }
            }
        }
        var comma = first.Kind == JsonTokenType.None ? "" : ",";
        place = new SystemPlace(new Splice(array.Start + 1, 0,
            Encoding.UTF8.GetBytes($$"""{"role":"system","content":{{Quoted(text)}}}{{comma}}""")), null);
        return true;
    }

    private static SystemPlace AddMember(
        ReadOnlySpan<byte> body, in Top top, string name, in Value value, string text)
    {
        if (value.Kind is JsonTokenType.String or JsonTokenType.StartArray)
            return Extend(body, value, text);
        if (value.Kind == JsonTokenType.Null)
            return new SystemPlace(new Splice(value.Start, value.Length, JsonText.Encode(text)), null);
        var comma = top.IsEmpty ? "" : ",";
        return new SystemPlace(
            new Splice(top.Start + 1, 0, Encoding.UTF8.GetBytes($"\"{name}\":{Quoted(text)}{comma}")), null);
    }

    private static SystemPlace Extend(ReadOnlySpan<byte> body, in Value value, string text)
    {
        if (value.Kind == JsonTokenType.String)
        {
            var isEmpty = value.Length == 2;
            var more = JsonText.Encode(isEmpty ? text : Gap + text)[1..^1];
            return new SystemPlace(new Splice(value.Start + value.Length - 1, 0, more), value.Start);
        }
        var comma = FirstElement(body, value).Kind == JsonTokenType.None ? "" : ",";
        return new SystemPlace(new Splice(value.Start + value.Length - 1, 0,
            Encoding.UTF8.GetBytes($$"""{{comma}}{"type":"text","text":{{Quoted(text)}}}""")), null);
    }

    private static string Quoted(string text) => Encoding.UTF8.GetString(JsonText.Encode(text));

    private static Value FirstElement(ReadOnlySpan<byte> body, in Value array)
    {
        var reader = new Utf8JsonReader(body.Slice(array.Start, array.Length));
        reader.Read();
        reader.Read();
        return reader.TokenType == JsonTokenType.EndArray ? default : Value.At(ref reader, array.Start);
    }

    private static (byte[] Role, Value Content) ReadMessage(ReadOnlySpan<byte> body, in Value message)
    {
        var reader = new Utf8JsonReader(body.Slice(message.Start, message.Length));
        var (role, content) = (Array.Empty<byte>(), default(Value));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isRole, isContent) = (reader.ValueTextEquals("role"u8), reader.ValueTextEquals("content"u8));
            reader.Read();
            if (isRole && reader.TokenType == JsonTokenType.String)
                role = reader.ValueSpan.ToArray();
            var value = Value.At(ref reader, message.Start);
            if (isContent)
                content = value;
        }
        return (role, content);
    }

    /// <summary>A value, where it stands in the body.</summary>
    private readonly record struct Value(JsonTokenType Kind, int Start, int Length)
    {
        /// <summary>The value at which the reader stands; the reader goes to its end.</summary>
        public static Value At(ref Utf8JsonReader reader, int offset)
        {
            var (kind, start) = (reader.TokenType, (int)reader.TokenStartIndex);
            reader.Skip();
            return new Value(kind, offset + start, (int)reader.BytesConsumed - start);
        }
    }

    /// <summary>The members of a body that decide.</summary>
    private readonly record struct Top(
        int Start, bool IsEmpty, Value Messages, Value System, Value Instructions, bool SkipsSystem)
    {
        public static Top Read(ReadOnlySpan<byte> body)
        {
            var reader = new Utf8JsonReader(body);
            reader.Read();
            var top = new Top { Start = (int)reader.TokenStartIndex, IsEmpty = true };
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString();
                reader.Read();
                var isSet = reader.TokenType is JsonTokenType.True
                    || (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0);
                var value = Value.At(ref reader, 0);
                top = name switch
                {
                    "messages" => top with { Messages = value },
                    "system" => top with { System = value },
                    "instructions" => top with { Instructions = value },
                    "raw" or "template" => top with { SkipsSystem = top.SkipsSystem || isSet },
                    _ => top,
                };
                top = top with { IsEmpty = false };
            }
            return top;
        }
    }
}

/// <summary>Where a text is added to a prompt.</summary>
/// <param name="Change">The change of the body.</param>
/// <param name="Extends">Where the string begins that it extends; null where it adds a value of its own.</param>
public readonly record struct SystemPlace(Splice Change, int? Extends);
