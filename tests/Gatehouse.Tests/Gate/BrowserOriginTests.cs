using System.Net;

namespace Gatehouse.Tests.Gate;

/// <summary>Web pages, extensions and desktop apps call as a job that lists their origin, and as no other.</summary>
public sealed class BrowserOriginTests : IAsyncLifetime
{
    private const string Listed = "app://obsidian.md";
    private const string Foreign = "https://evil.example";

    private GateStage _stage = null!;

    public async ValueTask InitializeAsync() => _stage = await GateStage.StartAsync(HostileEstate.Of(
        ("notes", $"origins: [\"{Listed}\", \"http://tauri.localhost:80\"]"),
        ("own", $"listen: \"127.0.0.1:0\", origins: {Listed}"),
        ("closed", "listen: \"127.0.0.3:0\"")));

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Theory]
    [InlineData(Listed, true)]
    [InlineData("http://tauri.localhost", true)]
    [InlineData(Foreign, false)]
    [InlineData("null", false)]
    [InlineData("app://obsidian.md.evil.example", false)]
    public async Task A_preflight_is_answered_for_listed_origins_only(string origin, bool isAllowed)
    {
        using var answer = await PreflightAsync("/v1/chat/completions", origin);

        Assert.Equal(isAllowed ? HttpStatusCode.NoContent : HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(isAllowed ? origin : null, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal(
            isAllowed ? "authorization,content-type,x-stainless-os" : null,
            Header(answer, "Access-Control-Allow-Headers"));
        Assert.Null(Header(answer, "Access-Control-Allow-Credentials"));
        if (isAllowed)
            Assert.Contains("POST", Header(answer, "Access-Control-Allow-Methods"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Answers_and_streams_can_be_read_by_the_page_of_a_listed_origin(bool stream)
    {
        using var answer = await ChatAsync(await _stage.TokenAsync("notes"), Listed, stream);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Listed, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("Origin", Header(answer, "Vary"));
        Assert.False((await WireAnswer.ReadAsync(answer)).Broke);
    }

    [Fact]
    public async Task Errors_can_be_read_by_the_page_too()
    {
        var token = await _stage.TokenAsync("notes");
        using var unknown = await _stage.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hi", model: "none"), token, ("Origin", Listed));
        using var nobody = await ChatAsync("gth_nothing", Listed, false);

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(Listed, Header(unknown, "Access-Control-Allow-Origin"));
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        Assert.Equal(Listed, Header(nobody, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Another_jobs_token_and_an_origin_that_is_not_listed_get_no_header()
    {
        using var other = await ChatAsync(await _stage.TokenAsync("closed"), Listed, false);
        using var foreign = await ChatAsync(await _stage.TokenAsync("notes"), Foreign, false);

        Assert.Null(Header(other, "Access-Control-Allow-Origin"));
        Assert.Null(Header(foreign, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_jobs_own_listener_takes_pages_of_listed_origins_and_no_others()
    {
        var listed = await OwnAsync("own", Listed);
        var foreign = await OwnAsync("own", Foreign);
        var closed = await OwnAsync("closed", Listed);

        Assert.StartsWith("HTTP/1.1 200", listed, StringComparison.Ordinal);
        Assert.Contains($"Access-Control-Allow-Origin: {Listed}", listed, StringComparison.Ordinal);
        foreach (var refused in new[] { foreign, closed })
        {
            Assert.StartsWith("HTTP/1.1 403", refused, StringComparison.Ordinal);
            Assert.Contains("under origins:", refused, StringComparison.Ordinal);
            Assert.DoesNotContain("Access-Control-Allow-Origin", refused, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://*.example")]
    [InlineData("https://app.example/path")]
    [InlineData("null")]
    [InlineData("app.example")]
    [InlineData("https://user@app.example")]
    public async Task An_origin_that_is_not_exact_is_no_estate(string origin)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var stage = await GateStage.StartAsync(HostileEstate.Of(("a", $"origins: \"{origin}\"")));
        });

        Assert.Contains("an exact origin", error.Message, StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> PreflightAsync(string path, string origin) => await _stage.SendAsync(
        HttpMethod.Options, path, null, null, ("Origin", origin), ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "authorization,content-type,x-stainless-os"));

    private Task<HttpResponseMessage> ChatAsync(string token, string origin, bool stream) => _stage.PostAsync(
        "/v1/chat/completions", GateTexts.OpenAiChat("hi", stream), token, ("Origin", origin));

    private async Task<string> OwnAsync(string job, string origin)
    {
        using var caller = await RawCaller.ConnectAsync(_stage.Server.Listeners.AddressOf(job)!);
        var body = GateTexts.OpenAiChat("hi");
        await caller.SendAsync(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nOrigin: {origin}\r\nConnection: close\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        return await caller.ReceiveToEndAsync();
    }

    private static string? Header(HttpResponseMessage answer, string name)
        => answer.Headers.TryGetValues(name, out var values) ? string.Join(",", values) : null;
}
