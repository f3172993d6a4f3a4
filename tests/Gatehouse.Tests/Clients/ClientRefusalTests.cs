namespace Gatehouse.Tests.Clients;

/// <summary>A refusal is only good if the client's user can catch it as what it is.</summary>
public sealed class ClientRefusalTests(ClientStage stage) : IClassFixture<ClientStage>
{
    private static readonly int[] Statuses = [401, 403, 404, 413, 429, 503];

    [Theory]
    [InlineData(401, "AuthenticationError", "invalid_request_error", "invalid_api_key")]
    [InlineData(403, "PermissionDeniedError", "permission_error", "endpoint_out_of_scope")]
    [InlineData(404, "NotFoundError", "invalid_request_error", "model_not_found")]
    [InlineData(413, "APIError", "invalid_request_error", "request_too_large")]
    [InlineData(429, "RateLimitError", "rate_limit_error", "concurrency_limit")]
    [InlineData(503, "InternalServerError", "server_error", "ledger_unavailable")]
    public async Task The_openai_client_throws_its_own_exception(int status, string thrown, string type, string? code)
    {
        var outcome = await RefusedAsync("openai", "chat", status);

        Assert.Contains(thrown, outcome.ErrorClasses);
        Assert.Equal((status, type, code), (outcome.ErrorStatus, outcome.ErrorType, outcome.ErrorCode));
    }

    [Theory]
    [InlineData(401, "AuthenticationError", "authentication_error")]
    [InlineData(403, "PermissionDeniedError", "permission_error")]
    [InlineData(404, "NotFoundError", "not_found_error")]
    [InlineData(413, "ContentTooLargeError", "request_too_large")]
    [InlineData(429, "RateLimitError", "rate_limit_error")]
    [InlineData(503, "ServiceUnavailableError", "api_error")]
    public async Task The_anthropic_client_throws_its_own_exception(int status, string thrown, string type)
    {
        var outcome = await RefusedAsync("anthropic", "message", status);

        Assert.Contains(thrown, outcome.ErrorClasses);
        Assert.Equal((status, type), (outcome.ErrorStatus, outcome.ErrorType));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(413)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task The_ollama_client_throws_a_response_error_with_text_for_people(int status)
    {
        var outcome = await RefusedAsync("ollama", "chat", status);

        Assert.Contains("ResponseError", outcome.ErrorClasses);
        Assert.Equal(status, outcome.ErrorStatus);
        // The client falls back to a text of its own when it cannot find one in the body.
        Assert.DoesNotContain("Error 4", outcome.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(1, outcome.AttemptCount);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(413)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task The_ai_sdk_throws_a_call_error(int status)
    {
        var outcome = await RefusedAsync("ai-sdk", "chat", status);

        // After retries of its own the call error is wrapped in one that says so.
        Assert.Contains(outcome.ErrorClasses[0], (string[])["APICallError", "RetryError"]);
        Assert.Equal(status, outcome.ErrorStatus);
    }

    [Theory]
    [InlineData("openai", "chat", 401)]
    [InlineData("openai", "chat", 403)]
    [InlineData("openai", "chat", 413)]
    [InlineData("anthropic", "message", 401)]
    [InlineData("anthropic", "message", 403)]
    [InlineData("anthropic", "message", 404)]
    [InlineData("ai-sdk", "chat", 403)]
    public async Task What_cannot_help_is_not_tried_again(string client, string name, int status) =>
        Assert.Equal(1, (await RefusedAsync(client, name, status)).AttemptCount);

    [Theory]
    [InlineData("openai", "chat")]
    [InlineData("anthropic", "message")]
    public async Task A_spent_budget_is_not_tried_again_although_it_is_a_429(string client, string name)
    {
        var outcome = Assert.Single(await stage.RunAsync(client, stage.Spent(new ClientStep(name) { Retries = 2 })));

        Assert.Contains("RateLimitError", outcome.ErrorClasses);
        Assert.Equal(1, outcome.AttemptCount);
    }

    [Theory]
    [InlineData("openai", "chat")]
    [InlineData("anthropic", "message")]
    public async Task A_client_that_is_told_to_wait_waits_and_tries_again(string client, string name)
    {
        var step = stage.Occupied(new ClientStep(name) { Retries = 1 });
        var outcome = Assert.Single(await stage.RunAsync(client, step));

        Assert.Equal(429, outcome.ErrorStatus);
        Assert.Equal(2, outcome.AttemptCount);
        Assert.Equal("1", outcome.Attempts[0].GetProperty("retryAfter").GetString());
    }

    [Fact]
    public async Task A_client_that_met_a_busy_ledger_comes_back_and_is_served()
    {
        var step = stage.BusyOnce(new ClientStep("chat") { Retries = 1 });
        var outcome = Assert.Single(await stage.RunAsync("openai", step));

        Assert.True(outcome.Succeeded, $"{outcome.Error}");
        Assert.Equal(2, outcome.AttemptCount);
    }

    private async Task<ClientOutcome> RefusedAsync(string client, string name, int status)
    {
        var outcomes = await stage.RunAsync(
            client, [.. Statuses.Select(one => stage.Refused(new ClientStep(name) { Retries = 1 }, one))]);
        var outcome = outcomes[Array.IndexOf(Statuses, status)];
        Assert.False(outcome.Succeeded, $"The {client} client was not refused with {status}.");
        Assert.Equal(
            [status], outcome.Attempts.EnumerateArray().Select(one => one.GetProperty("status").GetInt32()).Distinct());
        return outcome;
    }
}
