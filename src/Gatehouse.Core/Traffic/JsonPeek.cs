using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>Looks one token ahead without moving a reader.</summary>
internal static class JsonPeek
{
    /// <summary>Whether the value at which the reader stands is <c>null</c> or <c>[]</c>.</summary>
    public static bool IsNullOrEmptyArray(Utf8JsonReader copy) =>
        copy.TokenType == JsonTokenType.Null
        || (copy.TokenType == JsonTokenType.StartArray && copy.Read() && copy.TokenType == JsonTokenType.EndArray);

    /// <summary>Whether the object or array at whose beginning the reader stands is empty.</summary>
    public static bool IsEmpty(Utf8JsonReader copy) =>
        copy.Read() && copy.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
}
