using System.Net;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Identity;

namespace Gatehouse.Tests.Gate;

/// <summary>Who is let in, on which route, by which carrier.</summary>
public sealed class IdentityTests(RightsStage stage) : IClassFixture<RightsStage>
{
    public static TheoryData<string> Routes => GateRoutes.Names;

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task No_route_serves_a_caller_that_cannot_be_attributed(string route)
    {
        var calls = stage.Gate.Model.Calls.Count;
        var issued = (await stage.Gate.ActAsync("token.issue", ("job", "keeper")))[0];
        var revoked = issued.GetProperty("token").GetString()!;
        await stage.Gate.ActAsync("token.revoke", ("id", issued.GetProperty("id").GetString()!));

        foreach (var (credential, reason) in new[]
        {
            (null, "no_credential"), ("", "no_credential"), ("sk-not-ours", "bad_token"), (Forged(), "bad_token"),
            (revoked[..^1], "bad_token"), (revoked + "a", "bad_token"), (revoked.ToUpperInvariant(), "bad_token"),
            (revoked, "bad_token"),
        })
        {
            using var response = await GateRoutes.SendAsync(stage.Gate, route, credential);

            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal(reason, RightsStage.ReasonOf(response));
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
            Assert.Equal("false", Assert.Single(response.Headers.GetValues("x-should-retry")));
            Assert.Single(response.Headers.GetValues("X-Gatehouse-Exchange"));
            await AssertDialectAsync(response, RouteTable.All.Single(one => one.Name == route));
        }

        Assert.Equal(calls, stage.Gate.Model.Calls.Count);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Every_route_serves_a_job_that_may_and_refuses_one_that_may_not(string route)
    {
        using var served = await GateRoutes.SendAsync(stage.Gate, route, await stage.Gate.TokenAsync("keeper"));
        using var other = await GateRoutes.SendAsync(stage.Gate, route, await stage.Gate.TokenAsync("narrow"));

        var kind = RouteTable.All.Single(one => one.Name == route);
        // The scripted model has no blobs, and its 404 is passed on.
        Assert.Equal(kind.Endpoint == Endpoint.OllamaBlob ? 404 : 200, (int)served.StatusCode);
        Assert.Equal("", RightsStage.ReasonOf(served));
        var expected = (kind.Kind, kind.Dialect) switch
        {
            (RouteKind.Manage, _) => "model_management",
            (RouteKind.Opaque, _) => "unknown_url",
            // A job without an Ollama has no version of one.
            _ when kind.Endpoint == Endpoint.OllamaVersion => "unknown_url",
            (RouteKind.List or RouteKind.Probe, _) or (_, Dialect.OpenAI) => "",
            _ => "model_not_found",
        };
        Assert.Equal(expected, RightsStage.ReasonOf(other));
    }

    [Theory]
    [InlineData("Authorization", "Bearer {token}")]
    [InlineData("Authorization", "bearer {token}")]
    [InlineData("Authorization", "Bearer   {token} ")]
    [InlineData("x-api-key", "{token}")]
    [InlineData("X-API-KEY", "{token}")]
    public async Task A_token_is_taken_from_the_headers_that_clients_use(string header, string value)
    {
        var token = await stage.Gate.TokenAsync("all");

        using var response = await stage.Gate.PostAsync(
            "/v1/messages", GateTexts.AnthropicMessage("hello"), null,
            (header, value.Replace("{token}", token, StringComparison.Ordinal)));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_same_token_in_both_headers_is_one_credential()
    {
        var token = await stage.Gate.TokenAsync("all");

        using var response = await ChatAsync(token, ("x-api-key", token));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Carriers_that_do_not_agree_are_refused()
    {
        var (token, other) = (await stage.Gate.TokenAsync("all"), await stage.Gate.TokenAsync("narrow"));
        var inUrl = await UrlTokenAsync("all");
        using var second = await ChatAsync(token, ("x-api-key", other));
        using var twice = await RawAsync($"Authorization: Bearer {token}\r\nAuthorization: Bearer {other}\r\n");
        using var azure = await ChatAsync(token, ("api-key", other));
        using var url = await stage.Gate.PostAsync(
            $"/t/{inUrl}/v1/chat/completions", GateTexts.OpenAiChat("hi"), other);

        foreach (var response in new[] { second, azure, url })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("conflicting_credentials", RightsStage.ReasonOf(response));
        }

        Assert.Contains("conflicting_credentials", await twice.ReceiveUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Authorization: Bearer {token}\r\nx-api-key: sk-something\r\n")]
    [InlineData("x-api-key: {token}\r\nAuthorization: Bearer sk-ant-oat01-x\r\n")]
    [InlineData("Authorization: Bearer {token}\r\nx-api-key:\r\napi-key: \r\n")]
    [InlineData("x-api-key: {token}\r\nAuthorization: Bearer\r\n")]
    [InlineData("x-api-key: {token}\r\nAuthorization: Bearer \r\n")]
    [InlineData("x-api-key: {token}\r\nAuthorization: Basic dTpw\r\n")]
    [InlineData("Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n")]
    [InlineData("Authorization: Bearer {token}\r\nx-api-key: {token}\r\napi-key: {token}\r\n")]
    [InlineData("Authorization: Bearer ollama\r\nx-api-key: dummy\r\napi-key: {token}\r\n")]
    public async Task Other_keys_empty_ones_and_the_same_one_twice_beside_a_token_say_nothing(string headers)
    {
        var token = await stage.Gate.TokenAsync("all");

        using var call = await RawAsync(headers.Replace("{token}", token, StringComparison.Ordinal));

        Assert.StartsWith("HTTP/1.1 200", await call.ReceiveUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_other_services_beside_a_url_token_say_nothing()
    {
        var token = await UrlTokenAsync("all");

        using var answer = await stage.Gate.PostAsync(
            $"/t/{token}/v1/chat/completions", GateTexts.OpenAiChat("hi"), "ollama", ("x-api-key", "dummy"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("http://gate.lan:8420/v1/models")]
    [InlineData("http://gate.lan/v1/models?limit=3")]
    public async Task A_whole_url_as_request_target_is_its_path(string target)
    {
        var token = await stage.Gate.TokenAsync("all");
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);

        var host = target[7..].Split('/')[0];
        await caller.SendAsync($"GET {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", await caller.ReceiveUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_outside_ascii_is_no_reason_to_refuse_and_goes_on_as_it_came()
    {
        var token = await stage.Gate.TokenAsync("all");

        // Bytes that are no UTF-8 in a header that goes no further, UTF-8 in those that do.
        using var call = await RawAsync(
            $"Authorization: Bearer {token}\r\nX-Title: K\u00fcche \u00ff\r\n"
            + "User-Agent: K\u00c3\u00bcche/1\r\nIdempotency-Key: sch\u00c3\u00b6n\r\n");

        Assert.StartsWith("HTTP/1.1 200", await call.ReceiveUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_url_token_serves_clients_that_can_only_set_a_url_and_is_off_the_path_before_routing()
    {
        var token = await UrlTokenAsync("all");
        using var chat = await stage.Gate.PostAsync(
            $"/t/{token}/api/chat", GateTexts.OllamaChat("[[echo]]", stream: false), null);
        using var withKey = await stage.Gate.PostAsync(
            $"/t/{token}/v1/chat/completions", GateTexts.OpenAiChat("hi"), "ollama");
        using var root = await stage.Gate.SendAsync(HttpMethod.Get, $"/t/{token}", null, null);

        Assert.Equal(HttpStatusCode.OK, chat.StatusCode);
        Assert.DoesNotContain(token, await chat.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, withKey.StatusCode);
        Assert.Equal("Ollama is running", await root.Content.ReadAsStringAsync(Stop));
        var row = stage.Gate.Exchanges()
            .Single(row => row.Id == chat.Headers.GetValues("X-Gatehouse-Exchange").Single());
        Assert.Equal(("url-token", "127.0.0.1", "ollama.chat"), (row.IdentifiedBy, row.Caller, row.Endpoint));
    }

    [Fact]
    public async Task A_token_is_refused_from_another_network_than_its_own()
    {
        var elsewhere = await stage.Gate.TokenAsync("all", ("from", "10.9.0.0/16,fd00::/8"));
        var here = await stage.Gate.TokenAsync("all", ("from", "10.9.0.0/16,127.0.0.1"));
        using var refused = await ChatAsync(elsewhere);
        using var served = await ChatAsync(here);

        Assert.Equal("bad_token", RightsStage.ReasonOf(refused));
        Assert.Contains("another network", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Fact]
    public async Task A_revoked_token_is_refused_from_the_next_call_on()
    {
        var issued = await stage.Gate.ActAsync("token.issue", ("job", "all"));
        var token = issued[0].GetProperty("token").GetString()!;
        using var before = await ChatAsync(token);
        await stage.Gate.ActAsync("token.revoke", ("id", issued[0].GetProperty("id").GetString()!));
        using var after = await ChatAsync(token);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        Assert.Contains(
            "gatehouse token issue --job all", await after.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Well formed, checksum included, and made with another gate's key.</summary>
    private static string Forged() => TokenFormat.Create();

    private static async Task AssertDialectAsync(HttpResponseMessage response, Route route)
    {
        if (response.RequestMessage!.Method == HttpMethod.Head)
            return;
        var text = await response.Content.ReadAsStringAsync(Stop);
        Assert.StartsWith(
            route.Dialect switch
            {
                Dialect.OpenAI => "{\"error\":{\"message\":",
                Dialect.Anthropic => "{\"type\":\"error\",\"error\":{\"type\":\"authentication_error\"",
                _ => "{\"error\":\"",
            },
            text, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> ChatAsync(string? token, params (string Name, string Value)[] headers) =>
        stage.Gate.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hello"), token, headers);

    private Task<string> UrlTokenAsync(string job) =>
        stage.Gate.TokenAsync(job, ("in-url", "true"), ("from", "127.0.0.0/8"));

    private static readonly string Hello = GateTexts.OpenAiChat("hi");

    private async Task<RawCaller> RawAsync(string headers)
    {
        var caller = await RawCaller.ConnectAsync(stage.Gate.Server.GateAddress);
        await caller.SendAsync(
            $"POST /v1/chat/completions HTTP/1.1\r\nHost: gate\r\n{headers}Content-Length: {Hello.Length}\r\n\r\n"
            + Hello);
        return caller;
    }
}
