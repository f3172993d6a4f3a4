using System.Buffers;
using System.Text;
using System.Text.Json;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

public sealed class RefusalTests
{
    public static TheoryData<RefusalKind> Kinds => [.. Enum.GetValues<RefusalKind>()];

    [Theory]
    [InlineData(RefusalKind.Malformed, 400, "invalid_request_error", "malformed_request", "invalid_request_error", "-")]
    [InlineData(RefusalKind.NoCredential, 401, "invalid_request_error", "invalid_api_key", "authentication_e"
        + "rror", "never")]
    [InlineData(RefusalKind.ConflictingCredentials, 401, "invalid_request_error", "invalid_api_key", "authenticati"
        + "on_error", "never")]
    [InlineData(RefusalKind.EndpointOutOfScope, 403, "permission_error", "endpoint_out_of_scope", "permission_e"
        + "rror", "never")]
    [InlineData(RefusalKind.Paused, 403, "permission_error", "paused", "permission_error", "never")]
    [InlineData(RefusalKind.ModelUnknown, 404, "invalid_request_error", "model_not_found", "not_found_error", "-")]
    [InlineData(RefusalKind.WebSocket, 426, "invalid_request_error", "websocket", "invalid_request_error", "-")]
    [InlineData(RefusalKind.MethodNotAllowed, 405, "invalid_request_error", "method_not_allowed", "invalid_request"
        + "_error", "-")]
    [InlineData(RefusalKind.BodyTooLarge, 413, "invalid_request_error", "request_too_large", "request_too_large", "-")]
    [InlineData(RefusalKind.MediaType, 415, "invalid_request_error", "unsupported_media_type", "invalid_request_e"
        + "rror", "-")]
    [InlineData(RefusalKind.RateLimited, 429, "rate_limit_error", "rate_limit_exceeded", "rate_limit_error", "1")]
    [InlineData(RefusalKind.TokenBudget, 429, "insufficient_quota", "insufficient_quota", "billing_error", "never")]
    [InlineData(RefusalKind.CostBudget, 429, "insufficient_quota", "insufficient_quota", "billing_error", "never")]
    [InlineData(RefusalKind.LedgerUnavailable, 503, "server_error", "ledger_unavailable", "api_error", "5")]
    [InlineData(RefusalKind.LedgerFull, 503, "server_error", "ledger_full", "api_error", "60")]
    [InlineData(RefusalKind.Overloaded, 503, "server_error", "overloaded", "overloaded_error", "2")]
    [InlineData(RefusalKind.UpstreamUnreachable, 502, "server_error", "upstream_unreachable", "api_error", "-")]
    [InlineData(RefusalKind.UpstreamCredential, 502, "server_error", "upstream_credential", "api_error", "never")]
    [InlineData(RefusalKind.UpstreamTimeout, 504, "server_error", "upstream_timeout", "timeout_error", "-")]
    [InlineData(RefusalKind.CredentialUnavailable, 503, "server_error", "credential_unavailable", "api_error", "never")]
    [InlineData(RefusalKind.Internal, 500, "server_error", "internal", "api_error", "-")]
    public void A_refusal_has_the_status_type_code_and_retry_that_clients_know(
        RefusalKind kind, int status, string type, string code, string anthropic, string retry)
    {
        var row = RefusalTable.For(kind);
        Assert.Equal((status, type, code, anthropic), (row.Status, row.OpenAIType, row.OpenAICode, row.AnthropicType));
        Assert.Equal(retry, row.NeverRetry ? "never" : row.RetryAfterSeconds?.ToString() ?? "-");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_kind_has_a_row_of_its_own(RefusalKind kind)
    {
        var row = RefusalTable.For(kind);
        Assert.InRange(row.Status, 400, 504);
        Assert.Single(Enum.GetValues<RefusalKind>(), other => RefusalTable.For(other).Reason == row.Reason);
        Assert.Matches("^[a-z_]+$", row.Reason);
        Assert.False(row.NeverRetry && row.RetryAfterSeconds is not null);
        Assert.True(row.RetryAfterSeconds is null or (>= 1 and <= 60));
    }

    [Theory]
    [InlineData(RefusalKind.RateLimited, 0.2, 1)]
    [InlineData(RefusalKind.RateLimited, 12.1, 13)]
    [InlineData(RefusalKind.RateLimited, 86_400, 60)]
    [InlineData(RefusalKind.RateLimited, -3, 1)]
    [InlineData(RefusalKind.Paused, 12, null)]
    [InlineData(RefusalKind.TokenBudget, 12, null)]
    public void Retry_after_stays_between_one_and_sixty_seconds(RefusalKind kind, double asked, int? seconds) =>
        Assert.Equal(seconds, RefusalTable.RetryAfterSeconds(new Refusal(kind, "x", TimeSpan.FromSeconds(asked))));

    [Theory]
    [InlineData(Dialect.OpenAI, "{\"error\":{\"message\":\"a \\\"b\\\"\\n'é'\",\"type\":\"invalid_request_error\","
        + "\"param\":null,\"code\":\"model_not_found\"}}")]
    [InlineData(Dialect.Anthropic, "{\"type\":\"error\",\"error\":{\"type\":\"not_found_error\","
        + "\"message\":\"a \\\"b\\\"\\n'é'\"},\"request_id\":\"x_1\"}")]
    [InlineData(Dialect.Ollama, "{\"error\":\"a \\\"b\\\"\\n'é'\"}")]
    public void A_body_has_exactly_the_shape_of_its_dialect(Dialect dialect, string expected)
    {
        var output = new ArrayBufferWriter<byte>();
        RefusalBody.Write(new Refusal(RefusalKind.ModelUnknown, "a \"b\"\n'é'"), dialect, "x_1", output);
        Assert.Equal(expected, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Theory]
    [InlineData(Endpoint.OpenAIChat, "data: {\"error\":{\"message\":\"gone\",\"type\":\"server_error\","
        + "\"param\":null,\"code\":\"upstream_truncated\"}}\n\n")]
    [InlineData(Endpoint.OpenAIResponses, "event: error\ndata: {\"type\":\"error\",\"code\":\"upstream_truncated\""
        + ",\"message\":\"gone\",\"param\":null,\"sequence_number\":7,\"error\":{\"message\":\"gone\","
        + "\"type\":\"server_error\",\"param\":null,\"code\":\"upstream_truncated\"}}\n\n")]
    [InlineData(Endpoint.AnthropicMessages, "event: error\ndata: {\"type\":\"error\",\"error\":{"
        + "\"type\":\"api_error\",\"message\":\"gone\"},\"request_id\":\"x_1\"}\n\n")]
    [InlineData(Endpoint.OllamaChat, "{\"error\":\"gone\"}\n")]
    public void An_error_inside_a_stream_is_one_event_that_our_own_machine_reads_as_an_error(
        Endpoint endpoint, string expected)
    {
        var route = RouteTable.Of(endpoint);
        var output = new ArrayBufferWriter<byte>();
        InBandError.Write(new Refusal(RefusalKind.UpstreamTruncated, "gone"), route, "x_1", 7, output);
        Assert.Equal(expected, Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal("!", ReadStream.Of(route, output.WrittenSpan.ToArray()).Signals);
    }

    [Fact]
    public void A_message_with_anything_in_it_cannot_break_out_of_its_event()
    {
        foreach (var route in RouteTable.All.Where(route => route.Framing != StreamFraming.None))
        {
            var output = new ArrayBufferWriter<byte>();
            InBandError.Write(
                new Refusal(RefusalKind.Internal, "a\r\n\r\ndata: [DONE]\n\n\u2028\ud83d\0"), route, "x\n", 1, output);
            Assert.Equal("!", ReadStream.Of(route, output.WrittenSpan.ToArray()).Signals);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_body_is_json_in_every_dialect(RefusalKind kind)
    {
        foreach (var dialect in Enum.GetValues<Dialect>())
        {
            var output = new ArrayBufferWriter<byte>();
            RefusalBody.Write(new Refusal(kind, "x"), dialect, "id", output);
            using var parsed = JsonDocument.Parse(output.WrittenMemory);
            Assert.True(parsed.RootElement.TryGetProperty("error", out _));
        }
    }
}
