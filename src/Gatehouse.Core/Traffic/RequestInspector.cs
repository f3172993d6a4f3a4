using System.Text.Json;
using System.Text.Unicode;

namespace Gatehouse.Core.Traffic;

/// <summary>
/// Reads a request body once, strictly: what this reading cannot be sure of, the gate does not forward.
/// </summary>
public static class RequestInspector
{
    /// <summary>How deep a body may nest. Ours: deeper than any schema seen, shallow enough for every parser.</summary>
    public const int DepthMax = 64;

    /// <summary>
    /// Inspects a body for a route whose <see cref="Route.ModelInBody"/> is true, or the JSON of an opaque one. Never
    /// throws on a body.
    /// </summary>
    /// <exception cref="ArgumentException">The route's bodies name no model.</exception>
    public static RequestInspection Inspect(ReadOnlySpan<byte> body, Route route)
    {
        ArgumentNullException.ThrowIfNull(route);
        if (!route.ModelInBody && route.OpaqueName is null)
            throw new ArgumentException($"The bodies of {route.Name} are not inspected.", nameof(route));
        if (body.IsEmpty)
            return Malformed("The body is empty; send a JSON object.");
        if (body.StartsWith("\ufeff"u8))
            return Malformed("The body begins with a byte order mark; send the JSON without it.");
        if (!Utf8.IsValid(body))
            return Malformed("The body is not valid UTF-8.");
        var walk = new RequestWalk(
            body, route, stackalloc Place[DepthMax + 1], stackalloc int[DepthMax + 1], stackalloc int[DepthMax + 1]);
        try
        {
            return walk.Run();
        }
        catch (JsonException error)
        {
            return Malformed(
                $"The body is not one valid JSON object of at most {DepthMax} levels: it cannot be read at line "
                + $"{error.LineNumber + 1}, byte {error.BytePositionInLine + 1}.");
        }
        finally
        {
            walk.Dispose();
        }
    }

    private static RequestInspection Malformed(string message) =>
        new() { Refusal = new Refusal(RefusalKind.Malformed, message) };
}
