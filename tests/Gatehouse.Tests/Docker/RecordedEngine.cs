using Gatehouse.Listening;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gatehouse.Tests.Docker;

/// <summary>Answers as an engine of a chosen age, from texts; notes every path that it was asked for.</summary>
internal sealed class RecordedEngine : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ghe-").FullName;
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);
    private HttpEndpoint? _endpoint;

    public string SocketPath => Path.Combine(_folder, "docker.sock");

    public List<string> Asked { get; } = [];

    public static async Task<RecordedEngine> StartAsync(
        string api, string oldest, params (string Path, string Json)[] answers)
    {
        var engine = new RecordedEngine();
        engine._answers["/version"] = $$"""{"ApiVersion":"{{api}}","MinAPIVersion":"{{oldest}}","Version":"29.0.1"}""";
        foreach (var (path, json) in answers) engine._answers[path] = json;
        engine._endpoint = await HttpEndpoint.StartAsync(
            new System.Net.Sockets.UnixDomainSocketEndPoint(engine.SocketPath), engine.AnswerAsync,
            NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        return engine;
    }

    public async ValueTask DisposeAsync()
    {
        if (_endpoint is not null)
        {
            await _endpoint.StopAsync(TestContext.Current.CancellationToken);
            await _endpoint.DisposeAsync();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path + http.Request.QueryString.ToString();
        lock (Asked) Asked.Add(path);
        var bare = path.StartsWith("/v1.", StringComparison.Ordinal) ? path[path.IndexOf('/', 1)..] : path;
        if (!_answers.TryGetValue(bare, out var json))
        {
            http.Response.StatusCode = 404;
            json = """{"message":"page not found"}""";
        }
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(json);
    }
}
