using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>Whether and where a stream asks for usage, and the splice that makes it ask.</summary>
internal sealed class UsageRequest
{
    private static readonly byte[] True = "true"u8.ToArray();
    private static readonly byte[] Options = "{\"include_usage\":true}"u8.ToArray();
    private static readonly byte[] Member = "\"include_usage\":true,"u8.ToArray();
    private static readonly byte[] LastMember = "\"include_usage\":true"u8.ToArray();
    private static readonly byte[] OptionsMember = "\"stream_options\":{\"include_usage\":true},"u8.ToArray();

    private Splice? _request;

    public bool IsAsked { get; private set; }

    /// <summary>
    /// The splice, for a body that has other members and begins at this offset; null when usage is asked.
    /// </summary>
    public Splice? Request(int bodyOffset) =>
        IsAsked ? null : _request ?? new Splice(bodyOffset + 1, 0, OptionsMember);

    /// <summary>Takes the value of <c>stream_options</c>; false when it is of a wrong kind.</summary>
    public bool TakeOptions(in Utf8JsonReader reader)
    {
        var at = (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.Null)
            _request = new Splice(at, "null".Length, Options);
        else if (reader.TokenType == JsonTokenType.StartObject)
            _request = new Splice(at + 1, 0, JsonPeek.IsEmpty(reader) ? LastMember : Member);
        else
            return false;
        return true;
    }

    /// <summary>Takes the value of <c>stream_options.include_usage</c>; false when it is of a wrong kind.</summary>
    public bool TakeIncludeUsage(in Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                IsAsked = true;
                return true;
            case JsonTokenType.False or JsonTokenType.Null:
                _request = new Splice((int)reader.TokenStartIndex, reader.ValueSpan.Length, True);
                return true;
            default:
                return false;
        }
    }
}
