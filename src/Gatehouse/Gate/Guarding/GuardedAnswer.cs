using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Guarding;

/// <summary>
/// Stands between the events of an answer and the caller: asks the guard about each text that an event adds to, keeps
/// the event until all of its text is released, and writes it with the guard's changes. Events go out in the order in
/// which they came; only another choice's text, and comments, pass what is held.
/// </summary>
internal sealed class GuardedAnswer(AnswerText reader, IAnswerGuard guard, GateCall call)
{
    /// <summary>
    /// Texts of one answer. Real ones have a handful; more would make each event slower than the last.
    /// </summary>
    private const int ChannelsMax = 4096;

    private static readonly Refusal TooMany = new(RefusalKind.UpstreamAnswerUnreadable,
        $"The model's answer has more than {ChannelsMax} texts, too many to look at.");

    private static readonly Refusal NotReleased = new(RefusalKind.Policy,
        "The answer ended, and its guard had not released all of it.");

    private static readonly Refusal BrokenJson = new(RefusalKind.Policy,
        "A guard's change of a tool's arguments left no JSON.");

    private readonly Dictionary<TextChannel, Channel> _channels = [];
    private readonly List<HeldEvent> _queue = [];
    private bool _wasChanged;

    /// <summary>Why the guard ended the answer; null while it goes on.</summary>
    public Refusal? Stopped { get; private set; }

    /// <summary>For a call that somebody looks at; null for others.</summary>
    public static GuardedAnswer? For(GateCall call)
        => call.Guard is { } guard && AnswerText.For(call.Route!) is { } reader
            ? new GuardedAnswer(reader, guard, call) : null;

    /// <summary>Takes an event of a stream. False when the answer ends here.</summary>
    /// <param name="next">The event; copied by <see cref="KeepHeld"/> if it has to wait.</param>
    /// <param name="signals">What it says.</param>
    /// <param name="own">What the gate itself changes in it.</param>
    /// <param name="isFromEnd">Whether it belongs to what is withheld until the outcome is on record.</param>
    /// <param name="stop">Ends the call.</param>
    public async ValueTask<bool> TakeAsync(
        StreamEvent next, StreamSignals signals, Splice? own, bool isFromEnd, CancellationToken stop)
    {
        var held = new HeldEvent { Event = next, Own = own, IsFromEnd = isFromEnd };
        // What no client can read either, such as half of an event, is not passed on unread.
        if (next.HasData && !reader.TryRead(next.Data.Span) && !next.Data.Span.StartsWith("[DONE]"u8)
            && !next.Data.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            return true;
        }
        if (next.HasData && !await AddAsync(held, next.Data, isWhole: false, stop)) return false;
        _queue.Add(held);
        const StreamSignals last = StreamSignals.Terminal | StreamSignals.End | StreamSignals.Error;
        return (signals & last) == 0 || await EndAsync(stop);
    }

    /// <summary>Takes an answer that came whole: the changes to its bytes, or null when it ends here.</summary>
    public async ValueTask<IReadOnlyList<Splice>?> TakeWholeAsync(ReadOnlyMemory<byte> body, CancellationToken stop)
    {
        var held = new HeldEvent();
        var isRead = reader.TryRead(body.Span);
        if (isRead && !await AddAsync(held, body, isWhole: true, stop)) return null;
        // Something else than an answer of this protocol may hold any text.
        if (!isRead && !body.IsEmpty)
        {
            var all = new Channel(new TextChannel(TextKind.Unknown, 0, 0));
            var length = all.Append(Encoding.UTF8.GetString(body.Span));
            held.Pieces.Add(new Piece(all, 0, length, 0, body.Length, IsText: true));
            if (!await LookAsync(all, isEnd: true, stop)) return null;
        }
        if (!await EndAsync(stop)) return null;
        return EditsOf(held);
    }

    /// <summary>The end of the stream: every text has come. False when the answer ends here instead.</summary>
    public async ValueTask<bool> EndAsync(CancellationToken stop)
    {
        foreach (var channel in _channels.Values.ToArray())
        {
            if (!channel.IsEnded && !await LookAsync(channel, isEnd: true, stop)) return false;
        }
        return true;
    }

    /// <summary>
    /// Writes the next event that may go to the caller, with its changes: whether it belongs to the withheld end. Null
    /// when none may go.
    /// </summary>
    public bool? WriteNext(IBufferWriter<byte> output)
    {
        for (var at = 0; at < _queue.Count; at++)
        {
            var next = _queue[at];
            if (at > 0 && !MayPass(at)) continue;
            if (!next.Pieces.All(piece => piece.Channel.Has(piece))) continue;
            _queue.RemoveAt(at);
            if (EditsOf(next) is not { } edits) return null;
            EventEditor.Write(next.Event, CollectionsMarshal.AsSpan(edits), output);
            return next.IsFromEnd;
        }
        return null;
    }

    /// <summary>Copies what waits: the memory of an event is valid only until the next one is read.</summary>
    public void KeepHeld()
    {
        foreach (var held in _queue) held.Keep();
    }

    private bool MayPass(int at)
    {
        var next = _queue[at];
        if (!next.Event.HasData) return true;
        if (call.Route!.Endpoint is not (Endpoint.OpenAIChat or Endpoint.OpenAICompletions) || next.Pieces.Count == 0)
            return false;
        var choice = next.Pieces[0].Channel.Id.Outer;
        return _queue.Take(at).All(before => before.Pieces.Count > 0 && before.Pieces[0].Channel.Id.Outer != choice);
    }

    /// <summary>Adds what an event holds to the texts that it continues, and asks about each.</summary>
    private async ValueTask<bool> AddAsync(
        HeldEvent held, ReadOnlyMemory<byte> data, bool isWhole, CancellationToken stop)
    {
        // The reader is used again while the guard is asked.
        var (deltas, ended, endedOuter) = (reader.Deltas.ToArray(), reader.Ended.ToArray(), reader.EndedOuter);
        foreach (var delta in deltas)
        {
            if (delta.Channel.Kind == TextKind.Shadow)
            {
                held.Shadows.Add(delta);
                continue;
            }
            var text = delta.Channel.Kind == TextKind.Unread ? "" : AnswerText.TextOf(data.Span, delta);
            if (!await AddAsync(held, delta, text, isWhole, stop)) return false;
        }
        foreach (var channel in _channels.Values.ToArray())
        {
            var ends = ended.Contains(channel.Id) || channel.Id.Outer == endedOuter;
            if (ends && !channel.IsEnded && !await LookAsync(channel, isEnd: true, stop)) return false;
        }
        return true;
    }

    private async ValueTask<bool> AddAsync(
        HeldEvent held, AnswerDelta delta, string text, bool isWhole, CancellationToken stop)
    {
        if (_channels.Count >= ChannelsMax)
        {
            Stopped = TooMany;
            return false;
        }
        var known = _channels.GetValueOrDefault(delta.Channel);
        if (delta.IsRepeat && known is not null && known.Is(text))
        {
            held.Pieces.Add(new Piece(known, 0, text.Length, delta.Offset, delta.Length, delta.IsRaw));
            return true;
        }
        var isAlone = delta.IsAlone || delta.Channel.Kind == TextKind.Unread
            || (delta.IsRepeat && known is { Length: > 0 });
        // The first that comes of a text may be its repeat: some servers send no pieces.
        var channel = isAlone ? new Channel(delta.Channel) { IsAlone = true } : known ?? Open(delta.Channel);
        var start = channel.Length;
        held.Pieces.Add(new Piece(channel, start, channel.Append(text), delta.Offset, delta.Length, delta.IsRaw));
        if (isAlone) return await LookAsync(channel, isEnd: true, stop);
        if (isWhole) return true;
        if (delta.Channel.Kind is TextKind.ToolName or TextKind.ToolArguments)
        {
            if (!await EndOtherCallsAsync(delta.Channel, stop)) return false;
            if (delta.Channel.Kind == TextKind.ToolName
                && !await LookAsync(Open(delta.Channel with { Kind = TextKind.ToolArguments }), isEnd: false, stop))
            {
                return false;
            }
        }
        return await LookAsync(channel, isEnd: false, stop);
    }

    private Channel Open(TextChannel id)
    {
        if (_channels.TryGetValue(id, out var open)) return open;
        open = _channels[id] = new Channel(id);
        // A name waits for the word on its call.
        if (id.Kind == TextKind.ToolArguments)
        {
            if (_channels.TryGetValue(id with { Kind = TextKind.ToolName }, out var name))
                (open.Name, name.Call) = (name, open);
        }
        else if (id.Kind == TextKind.ToolName)
        {
            if (_channels.TryGetValue(id with { Kind = TextKind.ToolArguments }, out var call))
                (open.Call, call.Name) = (call, open);
        }
        return open;
    }

    /// <summary>A choice's calls come one after the other: where the next begins, those before are whole.</summary>
    private async ValueTask<bool> EndOtherCallsAsync(TextChannel begun, CancellationToken stop)
    {
        foreach (var other in _channels.Values.ToArray())
        {
            if (other.IsEnded || other.Id.Outer != begun.Outer || other.Id.Inner >= begun.Inner
                || other.Id.Kind is not (TextKind.ToolName or TextKind.ToolArguments))
            {
                continue;
            }
            if (!await LookAsync(other, isEnd: true, stop)) return false;
        }
        return true;
    }

    private async ValueTask<bool> LookAsync(Channel channel, bool isEnd, CancellationToken stop)
    {
        channel.IsEnded = isEnd;
        var release = await guard.LookAsync(
            new TextView
            {
                Channel = channel.Id,
                Text = channel.Text,
                Released = channel.Released,
                IsEnd = isEnd,
                IsAlone = channel.IsAlone,
                ToolName = channel.Name?.Text.ToString(),
            },
            stop);
        call.Findings.AddRange(release.Findings ?? []);
        Stopped = release.Stop ?? (isEnd && release.Chars < channel.Length ? NotReleased : null);
        if (Stopped is not null) return false;
        channel.Release(release);
        _wasChanged |= release.Edits is { Count: > 0 };
        return true;
    }

    private List<Splice>? EditsOf(HeldEvent held)
    {
        var edits = new List<Splice>();
        if (held.Own is { } own) edits.Add(own);
        foreach (var piece in held.Pieces)
        {
            if (piece.Channel.Changed(piece) is not { } text) continue;
            var json = piece.IsText ? Encoding.UTF8.GetBytes(text) : AnswerText.JsonOf(text);
            if (piece.IsText && piece.Channel.Id.Kind == TextKind.ToolArguments && !AnswerReader.IsJson(json))
            {
                Stopped = BrokenJson;
                return null;
            }
            edits.Add(new Splice(piece.Offset, piece.Length, json));
        }
        if (_wasChanged)
            edits.AddRange(held.Shadows.Select(shadow => new Splice(shadow.Offset, shadow.Length, Null)));
        edits.Sort(static (left, right) => left.Offset.CompareTo(right.Offset));
        return edits;
    }

    private static readonly byte[] Null = "null"u8.ToArray();

    /// <summary>A piece of a text, where it stands in its event, and which of the text's characters it is.</summary>
    private readonly record struct Piece(Channel Channel, int Start, int End, int Offset, int Length, bool IsText);

    /// <summary>An event, and what has to be released before it goes.</summary>
    private sealed class HeldEvent
    {
        private bool _isKept;

        public StreamEvent Event { get; set; }

        public Splice? Own { get; init; }

        public bool IsFromEnd { get; init; }

        public List<Piece> Pieces { get; } = [];

        public List<AnswerDelta> Shadows { get; } = [];

        public void Keep()
        {
            if (_isKept) return;
            _isKept = true;
            Event = Event.Copy();
        }
    }

    /// <summary>One text: what has come of it, what of that is released, and how it is changed.</summary>
    private sealed class Channel(TextChannel id)
    {
        private readonly ArrayBufferWriter<char> _text = new();
        private readonly List<TextEdit> _edits = [];
        private bool _isHeld = true;

        public TextChannel Id => id;

        public ReadOnlyMemory<char> Text => _text.WrittenMemory;

        public int Length => _text.WrittenCount;

        public int Released { get; private set; }

        public bool IsEnded { get; set; }

        public bool IsAlone { get; init; }

        /// <summary>For the arguments of a call: its name.</summary>
        public Channel? Name { get; set; }

        /// <summary>For the name of a call: its arguments.</summary>
        public Channel? Call { get; set; }

        public int Append(string text)
        {
            _text.Write(text);
            return Length;
        }

        public bool Is(string text) => _text.WrittenSpan.SequenceEqual(text);

        public bool Has(Piece piece) => !_isHeld && piece.End <= Released && Call is not { _isHeld: true };

        public void Release(TextRelease release)
        {
            _isHeld = release.Chars < 0;
            var upTo = Math.Clamp(release.Chars, Released, Length);
            foreach (var edit in release.Edits ?? [])
            {
                var after = _edits.Count > 0 ? Math.Max(_edits[^1].End, Released) : Released;
                if (edit.Start < after || edit.Length < 0 || edit.End > upTo)
                    throw new InvalidOperationException("A guard changed text that is gone, or not released.");
                _edits.Add(edit);
            }
            Released = upTo;
        }

        /// <summary>The text of a piece after the changes; null when none touches it.</summary>
        public string? Changed(Piece piece)
        {
            StringBuilder? changed = null;
            var at = piece.Start;
            foreach (var edit in _edits)
            {
                var isInsertAtEnd = edit.Start == piece.End && piece.End == Length && edit.Length == 0;
                if (edit.End < piece.Start || edit.Start > piece.End) continue;
                if (edit.Start == piece.End && !isInsertAtEnd) continue;
                if (edit.End == piece.Start && edit.Start < piece.Start) continue;
                changed ??= new StringBuilder();
                if (edit.Start > at) changed.Append(Text.Span[at..edit.Start]);
                if (edit.Start >= piece.Start) changed.Append(edit.Replacement);
                at = Math.Max(at, Math.Min(edit.End, piece.End));
            }
            return changed?.Append(Text.Span[at..piece.End]).ToString();
        }
    }
}
