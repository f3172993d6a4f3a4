using System.Net;
using System.Net.Sockets;
using Gatehouse.Linux;

namespace Gatehouse.Tests.Gate;

/// <summary>A job's own listener is its identity.</summary>
public sealed class JobListenerTests(RightsStage stage) : IClassFixture<RightsStage>
{
    [Fact]
    public async Task A_call_on_a_jobs_own_socket_is_that_jobs_without_any_token()
    {
        var answer = await SocketAsync("", GateTexts.OllamaChat("hello", stream: false));

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        var row = stage.Gate.Exchanges().Last(row => row.Job == "socketed");
        Assert.Equal(("listener", "completed"), (row.IdentifiedBy, row.Outcome));
        Assert.Equal($"unix uid {UserNames.OwnUid}", row.Caller);
    }

    [Fact]
    public async Task A_call_on_a_jobs_own_address_is_that_jobs_without_any_token()
    {
        var answer = await AddressAsync("", GateTexts.OpenAiChat("hello"));

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        var row = stage.Gate.Exchanges().Last(row => row.Job == "addressed");
        Assert.Equal(("listener", "completed"), (row.IdentifiedBy, row.Outcome));
    }

    [Fact]
    public async Task A_key_that_a_client_must_send_says_nothing_on_a_jobs_own_listener()
    {
        var answer = await SocketAsync(
            "Authorization: Bearer ollama\r\n", GateTexts.OllamaChat("hello", stream: false));

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_jobs_own_token_is_taken_and_narrows_what_the_call_may_do()
    {
        var token = await stage.Gate.TokenAsync("socketed", ("endpoint", "embeddings"));

        var answer = await SocketAsync($"x-api-key: {token}\r\n", GateTexts.OllamaChat("hello", stream: false));

        Assert.Contains("X-Gatehouse-Reason: endpoint_out_of_scope", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_on_a_jobs_own_listener_means_the_tokens_job_and_a_forged_one_nobodys()
    {
        var header = await stage.Gate.TokenAsync("narrow");
        var url = await stage.Gate.TokenAsync("all", ("in-url", "true"), ("from", "127.0.0.0/8"));
        var forged = Gatehouse.Gate.Identity.TokenFormat.Create();

        var byHeader = await AddressAsync($"Authorization: Bearer {header}\r\n", GateTexts.OpenAiChat("hi"));
        var byUrl = await AddressAsync("", GateTexts.OpenAiChat("hi"), $"/t/{url}/v1/chat/completions");
        var byForged = await AddressAsync($"Authorization: Bearer {forged}\r\n", GateTexts.OpenAiChat("hi"));

        Assert.Contains("X-Gatehouse-Job: narrow", byHeader, StringComparison.Ordinal);
        Assert.Contains("X-Gatehouse-Job: all", byUrl, StringComparison.Ordinal);
        Assert.Contains("X-Gatehouse-Reason: bad_token", byForged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_jobs_listener_gives_no_other_jobs_models()
    {
        var answer = await AddressAsync("", GateTexts.OpenAiChat("hi", model: "llama"));

        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_jobs_socket_is_its_owners_and_groups_alone()
    {
        var mode = File.GetUnixFileMode(Path.Combine(stage.Gate.HomePath, "job.sock"));

        Assert.Equal(UnixFileMode.None, mode & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite));
    }

    private Task<string> SocketAsync(string headers, string body) => CallAsync(
        new UnixDomainSocketEndPoint(Path.Combine(stage.Gate.HomePath, "job.sock")), "/api/chat", headers, body);

    private Task<string> AddressAsync(string headers, string body, string path = "/v1/chat/completions") =>
        CallAsync(stage.Gate.Server.Listeners.AddressOf("addressed")!, path, headers, body);

    private static async Task<string> CallAsync(EndPoint address, string path, string headers, string body)
    {
        using var caller = await RawCaller.ConnectAsync(address);
        await caller.SendAsync(
            $"POST {path} HTTP/1.1\r\nHost: gate\r\n{headers}Connection: close\r\n"
            + $"Content-Length: {body.Length}\r\n\r\n{body}");
        return await caller.ReceiveToEndAsync();
    }
}
