using System.Buffers;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Takes out of an OpenAI chat or completions stream what is there only because the gate asked for usage: the extra
/// chunk, and <c>"usage":null</c> in the others. Every other byte stays as it came.
/// </summary>
public static class UsageStripper
{
    /// <summary>Strips one event that <see cref="StreamMachine.Observe"/> gave these signals.</summary>
    public static UsageStrip Strip(in StreamEvent next, StreamSignals signals, IBufferWriter<byte> output) =>
        throw new NotImplementedException();
}
