namespace Gatehouse.Demo;

/// <summary>One event of a stream, before framing. Its name goes into an <c>event:</c> line.</summary>
internal readonly record struct ScriptedFrame(ScriptedFrameKind Kind, string? Event, ReadOnlyMemory<byte> Data);
