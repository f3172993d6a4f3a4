using System.Text;
using System.Text.Json;

namespace Gatehouse.Core.Traffic;

/// <summary>What a piece of an answer is.</summary>
public enum TextKind : byte
{
    /// <summary>No text of the model: ids, states, counts, and what repeats the request.</summary>
    Metadata,

    /// <summary>What the model says.</summary>
    Text,

    /// <summary>What the model thinks.</summary>
    Reasoning,

    /// <summary>What is told of its thinking instead of it.</summary>
    ReasoningSummary,

    /// <summary>The model's own words for not answering.</summary>
    Refusal,

    /// <summary>The name of a tool that the model wants to be called.</summary>
    ToolName,

    /// <summary>The arguments of that call: JSON, or text for tools that take text.</summary>
    ToolArguments,

    /// <summary>What a tool that the provider ran has found.</summary>
    ToolOutput,

    /// <summary>What a sound in the answer says.</summary>
    Transcript,

    /// <summary>A source that the answer names, or a piece of it.</summary>
    Citation,

    /// <summary>A token with its probability: the text once more, in pieces.</summary>
    LogProb,

    /// <summary>What the upstream says of an error.</summary>
    Error,

    /// <summary>Content that is no text: sound, pictures, vectors, what is encrypted.</summary>
    Unread,

    /// <summary>
    /// The text once more as numbers or as keys: it goes, as <c>null</c>, when the text that it repeats is changed.
    /// </summary>
    Shadow,

    /// <summary>Arguments of a tool as a JSON object instead of text; becomes <see cref="ToolArguments"/>.</summary>
    Raw,

    /// <summary>A string that no table has. It may be anything.</summary>
    Unknown,
}

/// <summary>
/// One text of an answer, which may come in pieces over many events: of which kind, of which choice, item or block,
/// and of which part or call in that.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Outer">The choice, output item or content block; 0 where there is one only.</param>
/// <param name="Inner">The part of an item or the call of a choice; 0 where there is one only.</param>
public readonly record struct TextChannel(TextKind Kind, int Outer, int Inner);

/// <summary>A piece of text in an event, or in a whole answer.</summary>
public readonly record struct AnswerDelta
{
    /// <summary>The text that it is a piece of.</summary>
    public TextChannel Channel { get; init; }

    /// <summary>Where its JSON value begins, in bytes from the start of the data.</summary>
    public int Offset { get; init; }

    /// <summary>The length of that value in bytes: for a string with its quotes.</summary>
    public int Length { get; init; }

    /// <summary>Whether it is the whole text of its channel once more, and no further piece.</summary>
    public bool IsRepeat { get; init; }

    /// <summary>Whether the value is an object or an array, and its text is the JSON itself.</summary>
    public bool IsRaw { get; init; }

    /// <summary>Whether the text stands alone: it neither continues what came before nor is continued.</summary>
    public bool IsAlone { get; init; }
}

/// <summary>
/// The text in one event, or in one whole answer. Reading takes one pass and decodes nothing; an instance is read into
/// again and again.
/// </summary>
public sealed class AnswerText
{
    /// <summary>Paths that are longer are of nothing that a table has.</summary>
    internal const int PathCharsMax = 256;

    private const int DepthMax = 256;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = DepthMax };

    private readonly AnswerTable _table;
    private readonly List<AnswerDelta> _deltas = [];
    private readonly List<TextChannel> _ended = [];
    private readonly char[] _path = new char[PathCharsMax];
    private string _type = "";

    private AnswerText(AnswerTable table) => _table = table;

    /// <summary>The pieces, in the order in which they stand.</summary>
    public IReadOnlyList<AnswerDelta> Deltas => _deltas;

    /// <summary>The channels that end with this event. Others end with their choice, or with the stream.</summary>
    public IReadOnlyList<TextChannel> Ended => _ended;

    /// <summary>The block that ends with this event, in protocols that say so; null when none does.</summary>
    public int? EndedOuter { get; private set; }

    /// <summary>A reader of a route's answers; null where they hold no text.</summary>
    public static AnswerText? For(Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        return AnswerTable.Of(route) is { } table ? new AnswerText(table) : null;
    }

    /// <summary>Reads an event or a whole answer. False when it is not one JSON object; then nothing is set.</summary>
    public bool TryRead(ReadOnlySpan<byte> data)
    {
        _deltas.Clear();
        _ended.Clear();
        (EndedOuter, _type) = (null, "");
        try
        {
            var reader = new Utf8JsonReader(data, Options);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            if (_table.IsTyped) ReadType(data);
            var top = new Step(0, 0, 0);
            ReadObject(ref reader, ref top);
            if (_type == "content_block_stop") EndedOuter = top.Outer;
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            _deltas.Clear();
            _ended.Clear();
            return false;
        }
    }

    /// <summary>Where a piece stands; for tests and messages, since it reads again.</summary>
    public static string PathOf(ReadOnlySpan<byte> data, in AnswerDelta delta) => JsonText.PathAt(data, delta.Offset);

    /// <summary>The characters of a piece: of a string what it says, of an object its JSON.</summary>
    public static string TextOf(ReadOnlySpan<byte> data, in AnswerDelta delta)
        => delta.IsRaw ? Encoding.UTF8.GetString(data.Slice(delta.Offset, delta.Length))
            : JsonText.Decode(data.Slice(delta.Offset + 1, delta.Length - 2));

    /// <summary>Characters as a JSON string with its quotes.</summary>
    public static byte[] JsonOf(string text) => JsonText.Encode(text);

    private void ReadType(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data, Options);
        reader.Read();
        while (AnswerJson.NextKey(ref reader))
        {
            var isType = reader.ValueTextEquals("type"u8);
            reader.Read();
            if (isType && reader.TokenType == JsonTokenType.String)
                _type = JsonText.Read(reader, PathCharsMax) ?? "";
            reader.Skip();
        }
        if (_type.StartsWith(_table.TypePrefix, StringComparison.Ordinal)) _type = _type[_table.TypePrefix.Length..];
    }

    /// <summary>Reads the members of the object at which the reader stands.</summary>
    private void ReadObject(ref Utf8JsonReader reader, ref Step at)
    {
        var (first, isThinking) = (_deltas.Count, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var length = Enter(at.PathLength, reader.ValueSpan, reader.ValueIsEscaped);
            var isType = reader.ValueTextEquals("type"u8);
            var level = LevelOf(in reader, at);
            reader.Read();
            if (level != 0 && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number))
                Renumber(ref at, level, number, first);
            if (isType && reader.TokenType == JsonTokenType.String)
                isThinking |= reader.ValueTextEquals("reasoning_text"u8);
            ReadValue(ref reader, at with { PathLength = length });
        }
        if (!isThinking) return;
        for (var each = first; each < _deltas.Count; each++)
        {
            if (_deltas[each] is { Channel.Kind: TextKind.Text } text)
                _deltas[each] = text with { Channel = text.Channel with { Kind = TextKind.Reasoning } };
        }
    }

    private void ReadValue(ref Utf8JsonReader reader, Step at)
    {
        var path = _path.AsSpan(0, Math.Max(0, at.PathLength));
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                Take(ref reader, at, _table.Find(_type, path), isRaw: false);
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray
                when _table.Find(_type, path) is { Kind: TextKind.Raw or TextKind.Shadow } whole:
                if (!JsonPeek.IsEmpty(reader)) Take(ref reader, at, whole, isRaw: true);
                else reader.Skip();
                break;
            case JsonTokenType.StartObject:
                ReadObject(ref reader, ref at);
                break;
            case JsonTokenType.StartArray:
                ReadArray(ref reader, at, _table.IsCounted(path));
                break;
        }
    }

    private void ReadArray(ref Utf8JsonReader reader, Step at, bool isCounted)
    {
        var isPartOfItem = isCounted && _path.AsSpan(0, at.PathLength).StartsWith("item.");
        for (var position = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; position++)
        {
            var element = at;
            if (isCounted)
            {
                // The parts of an item that an event is about: the event itself says which item that is.
                element.Levels = isPartOfItem ? 2 : element.Levels + 1;
                if (element.Levels == 1) element.Outer = position;
                else element.Inner = position;
            }
            ReadValue(ref reader, element);
        }
    }

    private void Take(ref Utf8JsonReader reader, Step at, AnswerPlace? found, bool isRaw)
    {
        var start = (int)reader.TokenStartIndex;
        if (isRaw) reader.Skip();
        var place = found ?? new AnswerPlace(TextKind.Unknown, false, false, true);
        if (place.Kind == TextKind.Metadata) return;
        var kind = place.Kind == TextKind.Raw ? TextKind.ToolArguments : place.Kind;
        var delta = new AnswerDelta
        {
            Channel = new TextChannel(kind, at.Outer, at.Inner),
            Offset = start,
            Length = (int)reader.BytesConsumed - start,
            IsRepeat = place.IsRepeat,
            IsRaw = isRaw,
            IsAlone = place.IsAlone,
        };
        _deltas.Add(delta);
        if (place.Ends) _ended.Add(delta.Channel);
    }

    /// <summary>Appends a key to the path; -1 when that is too long, and so is of nothing that is known.</summary>
    private int Enter(int length, ReadOnlySpan<byte> key, bool isEscaped)
    {
        if (length < 0 || isEscaped || length + 1 + key.Length > PathCharsMax) return -1;
        if (length > 0) _path[length++] = '.';
        foreach (var one in key) _path[length++] = one < 0x80 ? (char)one : '?';
        return length;
    }

    /// <summary>1 for a key that numbers the choice, item or block, 2 for the part or the call, else 0.</summary>
    private static int LevelOf(in Utf8JsonReader key, in Step at)
        => key.ValueTextEquals("index"u8) ? Math.Max(1, at.Levels)
            : at.Levels > 0 ? 0
            : key.ValueTextEquals("output_index"u8) ? 1
            : key.ValueTextEquals("content_index"u8) || key.ValueTextEquals("summary_index"u8) ? 2 : 0;

    /// <summary>The number may stand behind what it numbers.</summary>
    private void Renumber(ref Step at, int level, int number, int first)
    {
        if (level == 1) at.Outer = number;
        else at.Inner = number;
        for (var each = first; each < _deltas.Count; each++)
        {
            var channel = _deltas[each].Channel;
            _deltas[each] = _deltas[each] with
            {
                Channel = level == 1 ? channel with { Outer = number } : channel with { Inner = number },
            };
        }
    }

    private struct Step(int pathLength, int outer, int inner)
    {
        public int PathLength = pathLength;
        public int Outer = outer;
        public int Inner = inner;

        /// <summary>How many numbered arrays this lies in.</summary>
        public int Levels;
    }
}
