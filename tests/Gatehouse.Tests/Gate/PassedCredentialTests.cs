using System.Text;

namespace Gatehouse.Tests.Gate;

/// <summary>A job that says so takes its caller's own credential to the model, and keeps it nowhere.</summary>
public sealed class PassedCredentialTests : IAsyncLifetime
{
    private const string Own = "sk-ant-oat01-of-a-person-0123456789";

    private readonly LogCapture _logs = new();
    private GateStage _stage = null!;

    public async ValueTask InitializeAsync()
    {
        _stage = await GateStage.StartAsync("""
            estate: 1
            name: test
            node: passed
            listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
            models:
              claude: { provider: anthropic, url: "{model}", name: "claude-*", credential: "file:{home}/model.key" }
            jobs:
              person:
                { owner: o, model: claude, source: prompt, sink: none, listen: "127.0.0.1:0", pass-credential: true }
              usual: { owner: o, model: claude, source: prompt, sink: none, listen: "127.0.0.3:0" }
            """, logs: _logs);
        await File.WriteAllTextAsync(Path.Combine(_stage.HomePath, "model.key"), WireStage.ModelKey + "\n");
    }

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Theory]
    [InlineData("Authorization: Bearer " + Own, "authorization", "Bearer " + Own)]
    [InlineData("x-api-key: " + Own, "x-api-key", Own)]
    public async Task The_callers_credential_goes_upstream_in_its_header_and_the_gates_does_not(
        string sent, string header, string value)
    {
        Assert.StartsWith("HTTP/1.1 200", await CallAsync("person", sent + "\r\n", "hello"), StringComparison.Ordinal);

        var call = _stage.Model.Calls.Snapshot()[^1];
        Assert.Equal(value, call.Header(header));
        Assert.DoesNotContain(call.Headers, one => one.Value.Contains(WireStage.ModelKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_one_and_with_a_token_of_the_gate_nothing_goes_upstream()
    {
        var token = await _stage.TokenAsync("person");
        await CallAsync("person", "", "hello");
        await CallAsync("person", $"x-api-key: {token}\r\n", "hello");

        foreach (var call in _stage.Model.Calls.Snapshot())
        {
            Assert.Null(call.Header("authorization"));
            Assert.Null(call.Header("x-api-key"));
        }
    }

    [Fact]
    public async Task Another_job_gets_the_gates_credential_as_ever()
    {
        await CallAsync("usual", $"x-api-key: {Own}\r\n", "hello");

        Assert.Equal(WireStage.ModelKey, _stage.Model.Calls.Snapshot()[^1].Header("x-api-key"));
    }

    [Fact]
    public async Task It_is_stored_nowhere_and_an_answer_that_holds_it_is_withheld()
    {
        var echoed = await CallAsync("person", $"x-api-key: {Own}\r\n", "[[echo]]");

        Assert.DoesNotContain(Own, echoed, StringComparison.Ordinal);
        await _stage.RestartAsync();
        var kept = new StringBuilder().AppendJoin('\n', _logs.Lines);
        foreach (var file in Directory.EnumerateFiles(_stage.HomePath).Where(IsReadable))
            kept.Append(Encoding.Latin1.GetString(await ReadAsync(file)));
        Assert.DoesNotContain(Own[..24], kept.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_providers_refusal_of_it_reaches_the_caller()
    {
        var answer = await CallAsync("person", $"x-api-key: {Own}\r\n", "[[status=403]]");

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Gatehouse-Reason", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_needs_a_listener_of_the_jobs_own()
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var stage = await GateStage.StartAsync(HostileEstate.Of(("a", "pass-credential: true")));
        });

        Assert.Contains("own listener", error.Message, StringComparison.Ordinal);
    }

    private async Task<string> CallAsync(string job, string headers, string prompt)
    {
        using var caller = await RawCaller.ConnectAsync(_stage.Server.Listeners.AddressOf(job)!);
        var body = GateTexts.AnthropicMessage(prompt);
        await caller.SendAsync($"POST /v1/messages HTTP/1.1\r\nHost: localhost\r\n{headers}Connection: close\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        return await caller.ReceiveToEndAsync();
    }

    private static bool IsReadable(string path)
        => !path.EndsWith(".sock", StringComparison.Ordinal) && Path.GetFileName(path) is not ("lock" or "model.key");

    private static async Task<byte[]> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes);
        return bytes;
    }
}
