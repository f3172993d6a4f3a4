using System.Buffers;
using System.Collections.Frozen;

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

/// <summary>What the gate does with a route.</summary>
public enum RouteKind
{
    /// <summary>A prompt goes to a model: inspected, recorded, forwarded.</summary>
    Call,

    /// <summary>A list of models, answered from the plan with the job's own models only.</summary>
    List,

    /// <summary>One model's description, answered from the plan and the cache, for the job's own models only.</summary>
    Show,

    /// <summary>What clients ask to see whether a server is there; answered by the gate.</summary>
    Probe,

    /// <summary>Model management, refused unless the job may do that, and then an act on record.</summary>
    Manage,

    /// <summary>Forwarded and recorded without being inspected, for jobs that list it.</summary>
    Opaque,
}

/// <summary>
/// The allow-list of inbound routes. Paths are compared byte for byte, so that no escape, double slash or dot segment
/// reaches a route by another way than its name.
/// </summary>
public static class RouteTable
{
    /// <summary>The longest name in a path, in characters. Ours: the longest real model names have about 100.</summary>
    public const int NameCharsMax = 256;

    private const string Models = "/models/";
    private const string Blobs = "/api/blobs/";
    private const string Deployments = "/openai/deployments/";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private static readonly FrozenDictionary<string, Route[]> ByPath = RouteList.All
        .Where(route => !route.NameInPath)
        .GroupBy(route => route.UpstreamPath.StartsWith("/v1/", StringComparison.Ordinal)
            ? route.UpstreamPath[3..] : route.UpstreamPath)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Route[]>.AlternateLookup<ReadOnlySpan<char>> Lookup =
        ByPath.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly Route[] ModelRoutes =
        [RouteList.Of(Endpoint.OpenAIModel), RouteList.Of(Endpoint.AnthropicModel)];

    private static readonly Route[] BlobRoutes = [RouteList.Of(Endpoint.OllamaBlob)];

    /// <summary>Every route, in the order of <see cref="Endpoint"/>.</summary>
    public static IReadOnlyList<Route> All => RouteList.All;

    /// <summary>The route of an endpoint.</summary>
    public static Route Of(Endpoint endpoint) => RouteList.Of(endpoint);

    /// <summary>
    /// The route for a request, or null when there is none. OpenAI's and Anthropic's paths are taken with
    /// <c>/v1</c>, without it, and with it twice, because clients differ in what they append to a base URL.
    /// </summary>
    /// <param name="method">The HTTP method in capitals.</param>
    /// <param name="path">The path as it came, without query and without a token prefix.</param>
    /// <param name="anthropicVersionHeader">Whether the request has <c>anthropic-version</c>, which decides whose
    /// <c>/v1/models</c> is meant.</param>
    public static Route? Match(string method, string path, bool anthropicVersionHeader)
    {
        foreach (var route in Candidates(path))
        {
            if (!Takes(route, method))
                continue;
            if (route.Kind is RouteKind.List or RouteKind.Show && route.Dialect != Dialect.Ollama
                && anthropicVersionHeader != (route.Dialect == Dialect.Anthropic))
            {
                continue;
            }
            return route;
        }
        return null;
    }

    /// <summary>The methods for an <c>Allow</c> header if the path exists, else null: tells 405 from 404.</summary>
    public static string? AllowedMethods(string path)
    {
        var candidates = Candidates(path);
        return candidates.Length == 0 ? null : candidates[0].Methods;
    }

    /// <summary>
    /// The model that a path of Azure's API names (<c>/openai/deployments/NAME/…</c>), or null for another path. There
    /// the path decides: clients put some other model into the body, which that API does not read.
    /// </summary>
    public static string? DeploymentIn(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!path.StartsWith(Deployments, StringComparison.Ordinal))
            return null;
        var end = path.IndexOf('/', Deployments.Length);
        return end < 0 ? null : ModelName(path.AsSpan(Deployments.Length, end - Deployments.Length));
    }

    internal static string? NameAtEnd(Route route, string path)
    {
        if (route.Endpoint == Endpoint.OllamaBlob)
        {
            return path.StartsWith(Blobs, StringComparison.Ordinal) && IsDigest(path.AsSpan(Blobs.Length))
                ? path[Blobs.Length..] : null;
        }
        var rest = WithoutVersion(path);
        return rest.StartsWith(Models, StringComparison.Ordinal) ? ModelName(rest[Models.Length..]) : null;
    }

    private static ReadOnlySpan<Route> Candidates(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length > 4 * NameCharsMax)
            return [];
        if (path.StartsWith(Deployments, StringComparison.Ordinal))
            return DeploymentIn(path) is null ? [] : OfDeployment(path.AsSpan(path.IndexOf('/', Deployments.Length)));
        var rest = WithoutVersion(path);
        var versioned = rest.Length != path.Length;
        if (Lookup.TryGetValue(rest, out var routes) && !(versioned && routes[0].Dialect == Dialect.Ollama))
            return routes;
        if (rest.StartsWith(Models, StringComparison.Ordinal))
            return ModelName(rest[Models.Length..]) is null ? [] : ModelRoutes;
        if (path.StartsWith(Blobs, StringComparison.Ordinal))
            return IsDigest(path.AsSpan(Blobs.Length)) ? BlobRoutes : [];
        return [];
    }

    /// <summary>What Azure serves below a deployment; its responses and lists stand elsewhere.</summary>
    private static ReadOnlySpan<Route> OfDeployment(ReadOnlySpan<char> path) =>
        Lookup.TryGetValue(path, out var routes) && routes[0].Dialect == Dialect.OpenAI
            && routes[0].Scope is not (EndpointScope.Models or EndpointScope.Responses) ? routes : [];

    private static ReadOnlySpan<char> WithoutVersion(ReadOnlySpan<char> path)
    {
        // Groq's clients, and those of routers that serve several dialects, put the name of the API before it, Azure's
        // do so for responses, and DeepInfra's put it behind the version.
        if (path.StartsWith("/openai/v1/", StringComparison.Ordinal) || path is "/openai/responses")
            path = path["/openai".Length..];
        else if (path.StartsWith("/v1/openai/", StringComparison.Ordinal))
            return path["/v1/openai".Length..];
        for (var times = 0; times < 2 && path.StartsWith("/v1/", StringComparison.Ordinal); times++)
            path = path[3..];
        return path;
    }

    private static bool Takes(Route route, string method)
    {
        foreach (var part in route.Methods.AsSpan().Split(", "))
        {
            if (route.Methods.AsSpan(part).SequenceEqual(method))
                return true;
        }
        return false;
    }

    /// <summary>Clients escape the slash and the colon of names such as <c>org/model:tag</c>, or leave them.</summary>
    private static string? ModelName(ReadOnlySpan<char> escaped)
    {
        if (escaped.IsEmpty || escaped.Length > 3 * NameCharsMax)
            return null;
        var name = escaped.Contains('%') ? Uri.UnescapeDataString(escaped) : escaped.ToString();
        if (name.Length > NameCharsMax || name[0] == '/' || name[^1] == '/'
            || name.Contains("//", StringComparison.Ordinal) || name.Contains("..", StringComparison.Ordinal))
        {
            return null;
        }
        foreach (var c in name)
        {
            if (c is <= ' ' or '%' or '\\' or '?' or '#' or (>= '\u007f' and <= '\u009f') or '\ufffd'
                || char.IsSurrogate(c))
            {
                return null;
            }
        }
        return name;
    }

    /// <summary>A blob's name, as Ollama writes it: <c>sha256</c>, a colon or a dash, 64 hex digits.</summary>
    private static bool IsDigest(ReadOnlySpan<char> name) =>
        name.Length == 71
        && name.StartsWith("sha256", StringComparison.Ordinal)
        && name[6] is ':' or '-'
        && !name[7..].ContainsAnyExcept(HexDigits);
}
