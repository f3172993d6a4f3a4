using Gatehouse.Actions;

namespace Gatehouse.Tests.Gate;

/// <summary>Rights cannot be widened by other names, other routes or more tokens.</summary>
public sealed class HostileRightsTests(RightsStage stage) : IClassFixture<RightsStage>
{
    private const int GoodMax = 32;

    [Theory]
    [InlineData("POST", "/v1/audio/speech", "{\"model\":\"gpt-4o-mini\",\"input\":\"hi\",\"voice\":\"alloy\"}")]
    [InlineData("POST", "/v1/images/generations", "{\"model\":\"gpt-4o-mini\",\"prompt\":\"hi\"}")]
    [InlineData("DELETE", "/api/delete", "{\"model\":\"llama3.2:3b\"}")]
    [InlineData("POST", "/api/pull", "{\"model\":\"llama3.2:3b\"}")]
    public async Task A_token_for_certain_models_opens_no_opaque_and_no_management_route(
        string method, string path, string body)
    {
        var plain = await stage.Gate.TokenAsync("keeper");
        var limited = await stage.Gate.TokenAsync("keeper", ("model", "llama"));

        using var refused = await stage.Gate.SendAsync(new HttpMethod(method), path, body, limited);
        using var taken = await stage.Gate.SendAsync(new HttpMethod(method), path, body, plain);

        Assert.Equal((403, "endpoint_out_of_scope"), ((int)refused.StatusCode, RightsStage.ReasonOf(refused)));
        Assert.NotEqual("endpoint_out_of_scope", RightsStage.ReasonOf(taken));
    }

    [Theory]
    [InlineData("\"fallbacks\":[\"gpt-4o\"]")]
    [InlineData("\"provider\":{\"order\":[\"other\"]}")]
    [InlineData("\"route\":\"fallback\"")]
    [InlineData("\"preset\":\"mine\"")]
    [InlineData("\"data_sources\":[{\"type\":\"azure_search\"}]")]
    [InlineData("\"enable_search\":true")]
    [InlineData("\"deferred\":true")]
    [InlineData("\"rout\\u0065\":\"fallback\"")]
    public async Task A_field_that_makes_a_provider_call_somebody_else_needs_the_right_to_it(string field)
    {
        var token = await stage.Gate.TokenAsync("narrow");
        var body = $"{{{field},{GateTexts.OpenAiChat("[[tokens=1]]")[1..]}";
        var calls = stage.Gate.Model.Calls.Count;

        using var refused = await stage.Gate.PostAsync("/v1/chat/completions", body, token);

        Assert.Equal(403, (int)refused.StatusCode);
        Assert.Equal(calls, stage.Gate.Model.Calls.Count);
    }

    [Fact]
    public async Task A_job_with_the_right_to_routing_may_send_it_and_false_needs_none()
    {
        await using var gate = await GateStage.StartAsync(
            HostileEstate.Of(("router", "provider-tools: [routing]"), ("plain", "")));
        var body = GateTexts.OpenAiChat("[[tokens=1]]")[1..];

        using var routed = await gate.PostAsync(
            "/v1/chat/completions", $"{{\"route\":\"fallback\",{body}", await gate.TokenAsync("router"));
        using var without = await gate.PostAsync(
            "/v1/chat/completions", $"{{\"enable_search\":false,{body}", await gate.TokenAsync("plain"));

        Assert.Equal((200, 200), ((int)routed.StatusCode, (int)without.StatusCode));
    }

    [Theory]
    [InlineData("service", "true", "from", "127.0.0.0/8")]
    [InlineData("in-url", "true", "from", "127.0.0.0/8")]
    [InlineData("from", "127.0.0.0/8", "endpoint", "chat")]
    [InlineData("ttl", "61m", "endpoint", "chat")]
    public async Task A_jobs_own_user_gets_plain_short_tokens_only(string a, string b, string c, string d)
    {
        (string, string)[] arguments = [("job", "narrow"), (a, b), (c, d)];

        var refused = await Assert
            .ThrowsAsync<ActionException>(() => IssueAsync(stage.Gate, isJobUser: true, arguments));
        await IssueAsync(stage.Gate, isJobUser: false, arguments);

        Assert.Contains("own user", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_jobs_own_user_has_at_most_32_good_tokens()
    {
        await using var gate = await GateStage.StartAsync(HostileEstate.Of(("mine", ""), ("other", "")));
        var first = "";
        for (var made = 0; made < GoodMax; made++) first = await IssueAsync(gate, isJobUser: true, ("job", "mine"));

        var refused = await Assert.ThrowsAsync<ActionException>(() => IssueAsync(gate, true, ("job", "mine")));
        Assert.Contains("too many", refused.Message, StringComparison.Ordinal);
        await IssueAsync(gate, isJobUser: true, ("job", "other"));

        await gate.ActAsync("token.revoke", ("id", first));
        await IssueAsync(gate, isJobUser: true, ("job", "mine"));
    }

    private static async Task<string> IssueAsync(
        GateStage gate, bool isJobUser, params (string Name, string Value)[] arguments)
    {
        var id = "";
        var actor = new Actor(1000, "job-user") { IsJobUser = isJobUser };
        await ActionRegistry.RunAsync("token.issue", new ActionCall(
            gate.Server.Acts, actor, arguments.ToDictionary(pair => pair.Name, pair => pair.Value), line =>
            {
                using var document = System.Text.Json.JsonDocument.Parse(line);
                id = document.RootElement.GetProperty("id").GetString()!;
                return Task.CompletedTask;
            }));
        return id;
    }
}
