using System.Buffers;
using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

/// <summary>All that is seen when a stream is read in pieces; two readings are equal when their texts are.</summary>
internal sealed record ReadStream(string Events, string Signals, string Stripped, string Facts, bool IsWireWhole)
{
    public static ReadStream Of(Route route, params ReadOnlySpan<byte[]> pieces)
    {
        using var reader = EventReader.For(route);
        var machine = StreamMachine.For(route);
        StringBuilder events = new(), signals = new();
        ArrayBufferWriter<byte> wire = new(), stripped = new(), whole = new();
        foreach (var piece in pieces)
        {
            whole.Write(piece);
            reader.Append(piece);
            Drain();
        }
        reader.Finish();
        Drain();
        Assert.Equal(0, reader.BytesHeld);
        var facts = $"{machine.AtEnd()} {machine.Usage} {machine.ReportedModel} {machine.SystemFingerprint} "
            + $"{machine.NextSequenceNumber} {reader.Fault}";
        return new(events.ToString(), signals.ToString(), Encoding.Latin1.GetString(stripped.WrittenSpan), facts,
            wire.WrittenSpan.SequenceEqual(whole.WrittenSpan));

        void Drain()
        {
            while (reader.TryRead(out var next))
            {
                wire.Write(next.Wire.Span);
                events.Append($"{next.HasData}{next.IsPartial}|{Latin(next.Name)}|{Latin(next.Data)}|");
                events.Append($"{Latin(next.Wire)}\0");
                var seen = machine.Observe(next);
                if (next.HasData)
                    signals.Append(Letters(seen));
                if (!seen.HasFlag(StreamSignals.UsageOnly))
                    EventEditor.Write(next, UsageStripper.Find(next) is { } usage ? [usage] : [], stripped);
            }
        }
    }

    private static string Latin(ReadOnlyMemory<byte> bytes) => Encoding.Latin1.GetString(bytes.Span);

    private static string Letters(StreamSignals signals)
    {
        var letters = "";
        foreach (var (flag, letter) in new[]
        {
            (StreamSignals.Content, 'C'), (StreamSignals.Terminal, 'T'), (StreamSignals.End, 'E'),
            (StreamSignals.Error, '!'), (StreamSignals.UsageOnly, 'U'), (StreamSignals.Malformed, 'x'),
        })
        {
            if (signals.HasFlag(flag))
                letters += letter;
        }
        return letters.Length switch { 0 => "-", 1 => letters, _ => $"({letters})" };
    }
}
