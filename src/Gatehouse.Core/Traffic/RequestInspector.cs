namespace Gatehouse.Core.Traffic;

/// <summary>Reads a request body once, strictly: what this reading cannot be sure of, the gate does not forward.</summary>
public static class RequestInspector
{
    /// <summary>Inspects a body for a route whose <see cref="Route.ModelInBody"/> is true. Never throws on a body.</summary>
    public static RequestInspection Inspect(ReadOnlySpan<byte> body, Route route) => throw new NotImplementedException();
}
