using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gatehouse.Demo;

namespace Gatehouse.Tests.Demo;

/// <summary>The other tests believe what the scripted model does and says it saw: here is why they may.</summary>
public sealed class ScriptedModelTests : IAsyncLifetime
{
    private const string Chat = "/v1/chat/completions";

    private readonly HttpClient _http = new();
    private ScriptedModel _model = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _model = await ScriptedModel.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), cancel: Cancel);
        _http.BaseAddress = new Uri(_model.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _model.DisposeAsync();
    }

    [Theory]
    [InlineData(Chat, "data: [DONE]\n\n")]
    [InlineData("/v1/completions", "data: [DONE]\n\n")]
    [InlineData("/v1/messages", "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")]
    public async Task A_stream_ends_with_its_dialects_terminator(string path, string terminator)
    {
        var text = await ReadAsync(path, "[[tokens=3]]");

        Assert.EndsWith(terminator, text, StringComparison.Ordinal);
        Assert.Contains("word2 ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Chat, "no-done", "[DONE]")]
    [InlineData(Chat, "end-after=2", "finish_reason\":\"stop")]
    [InlineData(Chat, "no-finish", "finish_reason\":\"stop")]
    [InlineData("/v1/messages", "no-finish", "message_delta")]
    [InlineData("/v1/responses", "no-finish", "response.completed")]
    [InlineData("/api/chat", "no-finish", "done_reason")]
    public async Task A_stream_can_end_without_what_should_close_it(string path, string knob, string missing)
    {
        var text = await ReadAsync(path, $"[[tokens=3 {knob}]]");

        Assert.Contains("word1 ", text, StringComparison.Ordinal);
        Assert.DoesNotContain(missing, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Chat, true)]
    [InlineData(Chat, false)]
    [InlineData("/api/chat", true)]
    [InlineData("/v1/messages", false)]
    public async Task A_cut_is_not_a_clean_end(string path, bool stream) =>
        await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync(path, "[[tokens=9 cut-after=2]]", stream));

    [Theory]
    [InlineData(Chat)]
    [InlineData("/v1/messages")]
    [InlineData("/v1/responses")]
    [InlineData("/api/generate")]
    public async Task A_stream_in_pieces_of_one_byte_is_the_same_stream(string path)
    {
        var whole = await ReadAsync(path, "Repeat after me: 日本語 🦊 ok");
        var split = await ReadAsync(path, "[[split=1]] Repeat after me: 日本語 🦊 ok");

        Assert.Equal(Contents(whole), Contents(split));
        Assert.NotEqual("", Contents(whole));
    }

    [Fact]
    public async Task A_caller_that_leaves_is_recorded_with_the_time()
    {
        var before = _model.Calls.NowMs();
        using var request = Post(Chat, "[[endless delay-token=5]]", stream: true);
        using (var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel))
            await (await response.Content.ReadAsStreamAsync(Cancel)).ReadAtLeastAsync(new byte[600], 600, true, Cancel);

        while (_model.Calls.Snapshot()[0].EndedMs is null)
            await Task.Delay(5, Cancel);
        var call = Assert.Single(_model.Calls.Snapshot());
        Assert.True(call.Aborted);
        Assert.InRange(call.AbortedMs!.Value, before, _model.Calls.NowMs());
    }

    [Fact]
    public async Task Another_process_can_ask_what_was_received()
    {
        using var request = Post("/base/v1/embeddings?x=1", "hello", stream: false);
        request.Headers.Add("x-mine", "yes");
        (await _http.SendAsync(request, Cancel)).EnsureSuccessStatusCode();

        using var document = JsonDocument.Parse(await _http.GetStringAsync("/_scripted/calls", Cancel));
        var call = Assert.Single(document.RootElement.GetProperty("calls").EnumerateArray());
        Assert.Equal("/base/v1/embeddings?x=1", call.GetProperty("path").GetString());
        Assert.Contains("hello", call.GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.Contains("[\"x-mine\",\"yes\"]", call.GetProperty("headers").GetRawText(), StringComparison.Ordinal);

        (await _http.DeleteAsync("/_scripted/calls", Cancel)).EnsureSuccessStatusCode();
        Assert.Empty(_model.Calls.Snapshot());
    }

    [Fact]
    public async Task A_mistyped_knob_is_an_error_and_not_ignored()
    {
        using var response = await _http.SendAsync(Post(Chat, "[[tokns=3]]", stream: true), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("tokns", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_comes_back_in_the_refusal_where_a_key_is_required()
    {
        await using var strict = await ScriptedModel.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0), new ScriptedModelOptions { RequiredKey = "right" }, Cancel);
        using var request = Post(strict.Address + Chat, "hello", stream: false);
        request.Headers.Add("Authorization", "Bearer wrong-key");
        using var response = await _http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("wrong-key", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_listens_on_a_unix_socket_too()
    {
        var folder = Directory.CreateTempSubdirectory("gatehouse-");
        var path = Path.Combine(folder.FullName, "model.sock");
        await using (var model = await ScriptedModel.StartAsync(path, cancel: Cancel))
        {
            Assert.Equal("unix:" + path, model.Address);
            using var handler = new SocketsHttpHandler { ConnectCallback = (_, cancel) => ConnectAsync(path, cancel) };
            using var http = new HttpClient(handler);
            Assert.Equal("Ollama is running", await http.GetStringAsync("http://model/", Cancel));
        }

        folder.Delete(recursive: true);
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static HttpRequestMessage Post(string path, string prompt, bool stream)
    {
        var text = JsonSerializer.Serialize(prompt);
        var carrier = path.Contains("generate", StringComparison.Ordinal)
            || path.EndsWith("/v1/completions", StringComparison.Ordinal) ? $"\"prompt\":{text}"
            : path.Contains("responses", StringComparison.Ordinal)
                || path.Contains("embed", StringComparison.Ordinal) ? $"\"input\":{text}"
            : $"\"messages\":[{{\"role\":\"user\",\"content\":{text}}}]";
        var body = $"{{\"model\":\"m\",\"stream\":{(stream ? "true" : "false")},{carrier}}}";
        return new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
    }

    private async Task<string> ReadAsync(string path, string prompt, bool stream = true)
    {
        using var response = await _http.SendAsync(Post(path, prompt, stream), Cancel);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStringAsync(Cancel);
    }

    // Ids and times differ between two answers: the text is what must not.
    private static string Contents(string stream)
    {
        var words = new[] { "日本語 ", "ok" };
        string Known(string line) => string.Concat(words.Where(word => line.Contains(word, StringComparison.Ordinal)));
        return string.Concat(stream.Split('\n').Select(Known));
    }
}
