using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.Demo;

/// <summary>Which path gets which answer.</summary>
internal sealed class ScriptedRoutes(ScriptedModelOptions options, TimeProvider time)
{
    /// <summary>An upstream may live below a base path: this one is accepted in front of every route.</summary>
    private const string BasePath = "/base";

    private readonly ScriptedCatalog _catalog = new(options, time);

    private readonly Dictionary<string, IScriptedDialect> _texts = new(StringComparer.Ordinal)
    {
        ["/v1/chat/completions"] = new OpenAiChatScript(),
        ["/v1/completions"] = new OpenAiCompletionScript(),
        ["/v1/responses"] = new OpenAiResponsesScript(),
        ["/v1/messages"] = new AnthropicScript(),
        ["/api/chat"] = new OllamaScript(chat: true),
        ["/api/generate"] = new OllamaScript(chat: false),
    };

    public async Task AnswerAsync(
        HttpContext context, ReadOnlyMemory<byte> body, ScriptedKnobs basis, long number, Action<int, int> sent)
    {
        var path = context.Request.Path.Value ?? "/";
        if (path.StartsWith(BasePath + "/", StringComparison.Ordinal))
            path = path[BasePath.Length..];
        ScriptedKnobs knobs;
        ScriptedRequest? request = null;
        try
        {
            knobs = ScriptedKnobs.Parse(context.Request.Headers["x-scripted"].ToString(), basis);
            if (HttpMethods.IsPost(context.Request.Method) && !IsOpaque(path) && body.Length > 0)
                (request, knobs) = Parsed(body, knobs);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException)
        {
            await new ScriptedSender(context, ScriptedKnobs.None, time, sent).JsonAsync(
                400, ErrorBody(context, path, 400, wrong.Message));
            return;
        }

        var sender = new ScriptedSender(context, knobs, time, sent);
        if (Refusal(context, knobs, request) is var (status, message))
            await sender.JsonAsync(status, ErrorBody(context, path, status, message));
        else if (request is not null && _texts.TryGetValue(path, out var dialect))
            await SpeakAsync(sender, dialect, request, Echo(context, body), number);
        else
            await FixedAsync(context, sender, path, request);
    }

    private static (ScriptedRequest Request, ScriptedKnobs Knobs) Parsed(ReadOnlyMemory<byte> body, ScriptedKnobs basis)
    {
        var request = ScriptedRequest.Parse(body, basis);
        return (request, request.Knobs);
    }

    private async Task SpeakAsync(
        ScriptedSender sender, IScriptedDialect dialect, ScriptedRequest request, Func<JsonObject> echo, long number)
    {
        var turn = new ScriptedTurn(request, ScriptedWriter.Answer(request, echo), number, time.GetUtcNow());
        if (request.Stream ?? dialect.StreamsByDefault)
            await sender.StreamAsync(dialect, dialect.Stream(turn));
        else if (request.Knobs.Endless || request.Knobs.Silent)
            await sender.NeverAsync();
        else
            await sender.JsonAsync(200, dialect.Whole(turn));
    }

    private Task FixedAsync(HttpContext context, ScriptedSender sender, string path, ScriptedRequest? request)
    {
        if (path == "/")
            return sender.WholeAsync(200, "text/plain; charset=utf-8", "Ollama is running"u8.ToArray());
        if (IsOpaque(path))
        {
            return path.EndsWith("/speech", StringComparison.Ordinal)
                ? sender.WholeAsync(200, "audio/mpeg", new byte[2048])
                : sender.JsonAsync(200, new JsonObject { ["text"] = "scripted words", ["data"] = new JsonArray() });
        }

        var answer = request is null ? Listed(context, path) : Computed(path, request);
        return answer is null
            ? sender.JsonAsync(404, ErrorBody(context, path, 404, $"No route {path}."))
            : sender.JsonAsync(200, answer);
    }

    private JsonNode? Listed(HttpContext context, string path)
    {
        const string models = "/v1/models";
        var anthropic = IsAnthropic(context, path);
        return path switch
        {
            models => anthropic ? _catalog.AnthropicModels() : _catalog.OpenAiModels(),
            _ when path.StartsWith(models + "/", StringComparison.Ordinal) => anthropic
                ? ScriptedCatalog.AnthropicModel(path[(models.Length + 1)..])
                : ScriptedCatalog.OpenAiModel(path[(models.Length + 1)..]),
            "/api/version" => new JsonObject { ["version"] = "0.12.6" },
            "/api/tags" => _catalog.Tags(),
            "/api/ps" => _catalog.Running(),
            "/api/delete" => new JsonObject(),
            _ => null,
        };
    }

    private static JsonObject? Computed(string path, ScriptedRequest request) => path switch
    {
        "/v1/embeddings" => ScriptedCatalog.OpenAiEmbeddings(request),
        "/v1/messages/count_tokens" => new JsonObject { ["input_tokens"] = request.PromptTokens },
        "/api/show" => ScriptedCatalog.Show(request.Model),
        "/api/embed" => ScriptedCatalog.OllamaEmbed(request),
        "/api/embeddings" => ScriptedCatalog.OllamaEmbeddings(request),
        "/api/pull" or "/api/push" or "/api/create" or "/api/copy" => new JsonObject { ["status"] = "success" },
        _ => null,
    };

    private (int Status, string Message)? Refusal(HttpContext context, ScriptedKnobs knobs, ScriptedRequest? request)
    {
        var key = SentKey(context);
        if (options.RequiredKey is { } required && key != required)
            return (401, $"Incorrect API key provided: {key}.");
        if (knobs.Status is { } status)
            // As careless as some real servers: the key comes back in the text.
            return (status, status == 401 ? $"Incorrect API key provided: {key}." : $"The script answers {status}.");
        return request?.Model.StartsWith("missing", StringComparison.Ordinal) == true
            ? (404, $"model '{request.Model}' not found")
            : null;
    }

    private static string SentKey(HttpContext context)
    {
        const string bearer = "Bearer ";
        var key = context.Request.Headers["x-api-key"].ToString();
        var authorization = context.Request.Headers.Authorization.ToString();
        return key.Length > 0 ? key
            : authorization.StartsWith(bearer, StringComparison.OrdinalIgnoreCase) ? authorization[bearer.Length..]
            : authorization;
    }

    private static Func<JsonObject> Echo(HttpContext context, ReadOnlyMemory<byte> body) => () =>
    {
        var headers = new JsonObject();
        foreach (var (name, value) in context.Request.Headers)
            headers[name] = value.ToString();
        return new JsonObject
        {
            ["method"] = context.Request.Method,
            ["path"] = context.Request.Path.Value,
            ["headers"] = headers,
            ["body"] = Encoding.UTF8.GetString(body.Span),
        };
    };

    private static JsonObject ErrorBody(HttpContext context, string path, int status, string message) =>
        path.StartsWith("/api/", StringComparison.Ordinal) ? ScriptedErrors.Ollama(message)
        : IsAnthropic(context, path) ? ScriptedErrors.Anthropic(status, message)
        : ScriptedErrors.OpenAi(status, message);

    private static bool IsAnthropic(HttpContext context, string path) =>
        path.StartsWith("/v1/messages", StringComparison.Ordinal)
        || context.Request.Headers.ContainsKey("anthropic-version");

    private static bool IsOpaque(string path) =>
        path.StartsWith("/v1/audio/", StringComparison.Ordinal)
        || path.StartsWith("/v1/images/", StringComparison.Ordinal);
}

/// <summary>Error bodies in the three dialects, as the real servers write them.</summary>
internal static class ScriptedErrors
{
    public static JsonObject OpenAi(int status, string message) => new()
    {
        ["error"] = new JsonObject
        {
            ["message"] = message,
            ["type"] = status switch
            {
                403 => "permission_error",
                429 => "rate_limit_error",
                >= 500 => "server_error",
                _ => "invalid_request_error",
            },
            ["param"] = null,
            ["code"] = status switch
            {
                401 => "invalid_api_key",
                404 => "model_not_found",
                429 => "rate_limit_exceeded",
                _ => null,
            },
        },
    };

    public static JsonObject Anthropic(int status, string message) => new()
    {
        ["type"] = "error",
        ["error"] = new JsonObject
        {
            ["type"] = status switch
            {
                401 => "authentication_error",
                403 => "permission_error",
                404 => "not_found_error",
                413 => "request_too_large",
                429 => "rate_limit_error",
                529 => "overloaded_error",
                >= 500 => "api_error",
                _ => "invalid_request_error",
            },
            ["message"] = message,
        },
    };

    public static JsonObject Ollama(string message) => new() { ["error"] = message };
}

/// <summary>The script says that the socket dies here.</summary>
internal sealed class ScriptedCutException() : Exception("The scripted model cuts this call.");
