using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Gate;

/// <summary>A request for each route that the gate knows, good enough to be served to a job that may.</summary>
internal static class GateRoutes
{
    private static readonly string Digest = "sha256:" + new string('a', 64);

    public static TheoryData<string> Names { get; } = [.. RouteTable.All.Select(route => route.Name)];

    public static async Task<HttpResponseMessage> SendAsync(
        GateStage stage, string name, string? token, params (string Name, string Value)[] headers)
    {
        var route = RouteTable.All.Single(route => route.Name == name);
        (string Name, string Value)[] own = route.Dialect == Dialect.Anthropic
            ? [.. headers, ("anthropic-version", "2023-06-01")] : headers;
        return await stage.SendAsync(MethodOf(route), PathOf(route), BodyOf(route), token, own);
    }

    public static string PathOf(Route route) => route.Endpoint switch
    {
        Endpoint.OpenAIModel => "/v1/models/gpt-4o-mini",
        Endpoint.AnthropicModel => "/v1/models/claude-haiku-4-5",
        Endpoint.OllamaBlob => $"/api/blobs/{Digest}",
        _ => route.UpstreamPath,
    };

    private static HttpMethod MethodOf(Route route) => new(route.Methods.Split(", ").First(method => method != "HEAD"));

    private static string? BodyOf(Route route) => route.Dialect switch
    {
        _ when MethodOf(route).Method is "GET" or "HEAD" => null,
        _ when route.Kind == RouteKind.Opaque => """{"model":"gpt-4o-mini","input":"hello"}""",
        // On this route alone a prompt would be one that the provider holds.
        _ when route.Endpoint == Endpoint.OpenAIResponses => """{"model":"gpt-4o-mini","input":"hi"}""",
        Dialect.OpenAI =>
            """{"model":"gpt-4o-mini","input":"hi","prompt":"hi","messages":[{"role":"user","content":"hi"}]}""",
        Dialect.Anthropic =>
            """{"model":"claude-haiku-4-5","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""",
        _ => """{"model":"llama3.2:3b","input":"hi","prompt":"hi","messages":[{"role":"user","content":"hi"}]}""",
    };
}
