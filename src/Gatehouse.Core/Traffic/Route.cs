namespace Gatehouse.Core.Traffic;

/// <summary>One inbound route. Immutable; exactly one instance per <see cref="Traffic.Endpoint"/> exists.</summary>
public sealed class Route
{
    internal Route()
    {
    }

    /// <summary>Which route this is.</summary>
    public required Endpoint Endpoint { get; init; }

    /// <summary>The dialect of request, answer and errors.</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>What the gate does with it.</summary>
    public required RouteKind Kind { get; init; }

    /// <summary>The scope that a token needs.</summary>
    public required EndpointScope Scope { get; init; }

    /// <summary>A short name for records and metrics, such as <c>openai.chat</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The methods that the route takes, as an <c>Allow</c> header lists them.</summary>
    public required string Methods { get; init; }

    /// <summary>
    /// The path to append to the upstream's base path (which ends before <c>/v1</c>), such as
    /// <c>/v1/chat/completions</c>. For routes with a name in the path use <see cref="UpstreamPathFor"/>.
    /// </summary>
    public required string UpstreamPath { get; init; }

    /// <summary>How a streamed answer is cut into events; None for a route that does not stream.</summary>
    public StreamFraming Framing { get; init; }

    /// <summary>True when the body is JSON that names a model: <see cref="RequestInspector"/> reads it.</summary>
    public bool ModelInBody { get; init; }

    /// <summary>What an absent <c>stream</c> means: true only for Ollama's chat and generate.</summary>
    public bool StreamByDefault { get; init; }

    /// <summary>True when the path ends with a name: a model's or a blob's.</summary>
    public bool NameInPath { get; init; }

    /// <summary>
    /// The name under which a job lists this route in <c>opaque:</c>, such as <c>audio/speech</c>; else null.
    /// </summary>
    public string? OpaqueName { get; init; }

    /// <summary>
    /// The unescaped name at the end of a path that matched this route, or null when the route has none
    /// or the name holds something that no model or blob name has (controls, escapes of escapes, dot segments).
    /// </summary>
    public string? NameIn(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return NameInPath ? RouteTable.NameAtEnd(this, path) : null;
    }

    /// <summary>
    /// The upstream path for a path that matched this route: <see cref="UpstreamPath"/>, followed by the name if
    /// the route has one.
    /// </summary>
    public string UpstreamPathFor(string path) =>
        NameIn(path) is { } name ? $"{UpstreamPath}/{name}" : UpstreamPath;
}
