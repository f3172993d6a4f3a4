using System.Text;
using System.Text.Json.Nodes;
using Gatehouse.Core.Guards;
using Gatehouse.Core.Traffic;
using Gatehouse.Tests.Traffic;

namespace Gatehouse.Tests.Gate;

/// <summary>The guards that an estate declares, at work on real calls in every dialect.</summary>
public sealed class EstateGuardTests(EstateGuardStage stage) : IClassFixture<EstateGuardStage>
{
    private const string Secret = "swordfish-4711";

    private static readonly string MarkText = Constraint.Of("mark-uncertainty").Text;

    public static TheoryData<string> Streams => GuardTests.Streams;

    public static TheoryData<string> Names => GuardTests.Names;

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task What_a_pattern_redacts_goes_nowhere_however_it_is_cut(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        foreach (var wire in GuardTests.SecretIn(fixture))
        {
            var (answer, payloads) = await stage.CallAsync(fixture, wire, null, job: "redacting");

            Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
            Assert.Contains("[removed: planted]", TextOf(fixture, answer), StringComparison.Ordinal);
            Assert.Equal(wire, Encoding.UTF8.GetString(payloads["Upstream"]));
            Assert.Equal(answer, Encoding.UTF8.GetString(payloads["Delivered"]));
            Assert.Contains(stage.LastOutcome.Findings,
                found => (found.Rule, found.Action) == ("pattern/planted", "redact"));
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task What_a_pattern_blocks_is_not_delivered_and_says_why(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        var wire = GuardTests.SecretIn(fixture).First();

        var (answer, payloads) = await stage.CallAsync(fixture, wire, null, job: "blocking");

        Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
        Assert.Contains("Not here.", TextOf(fixture, answer), StringComparison.Ordinal);
        HasFilteredEnd(fixture, answer);
        Assert.Equal(answer, Encoding.UTF8.GetString(payloads["Delivered"]));
        Assert.Contains(Secret, Encoding.UTF8.GetString(payloads["Upstream"]), StringComparison.Ordinal);
        Assert.Equal("guard_blocked", stage.LastOutcome.Reason);
        Assert.Contains(stage.LastOutcome.Findings,
            found => (found.Rule, found.Action) == ("pattern/planted", "block"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_job_that_is_observed_gets_its_bytes_as_they_came_and_the_finds_are_on_record(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        var wire = fixture.Texts.Count > 0 ? GuardTests.SecretIn(fixture).First() : fixture.Wire();

        var (answer, _) = await stage.CallAsync(fixture, wire, null, say: "swordfish-1", job: "observed");

        Assert.Equal(wire, answer);
        Assert.Contains("swordfish-1", stage.LastRequest, StringComparison.Ordinal);
        Assert.DoesNotContain(MarkText, stage.LastRequest, StringComparison.Ordinal);
        Assert.Contains(stage.LastOutcome.Findings,
            found => found.Channel.StartsWith("prompt/", StringComparison.Ordinal)
            && (found.Rule, found.Action) == ("pattern/planted", "block"));
    }

    [Theory]
    [InlineData("chat stream")]
    [InlineData("chat")]
    [InlineData("responses stream")]
    [InlineData("messages stream")]
    [InlineData("ollama chat stream")]
    public async Task A_tool_that_is_not_allowed_never_reaches_the_client_in_part(string name)
    {
        var fixture = AnswerFixtures.Of(name);

        var (answer, _) = await stage.CallAsync(fixture, fixture.Wire(), null, job: "tooled");
        var (again, _) = await stage.CallAsync(fixture, fixture.Wire(), null, job: "tooled");

        Assert.DoesNotContain("§look", answer, StringComparison.Ordinal);
        Assert.Contains("tool/not-allowed", TextOf(fixture, answer), StringComparison.Ordinal);
        HasFilteredEnd(fixture, answer);
        Assert.Equal(answer, again);
        Assert.Contains(stage.LastOutcome.Findings, found => found.Rule == "tool/not-allowed");
    }

    /// <summary>The Responses API says each call again; a client takes the last that it is told.</summary>
    [Theory]
    [InlineData("repeated", true, "\"§look\"", "\"§other\"", "tool/not-allowed")]
    [InlineData("repeated", false, "\"§look\"", "\"§other\"", "tool/not-allowed")]
    [InlineData("matched", true, "§{\\\"q§\\\":1§}", "{\\\"q\\\":\\\"planted\\\"}", "tool/*look")]
    public async Task A_call_that_is_said_again_in_other_words_is_judged_again(
        string job, bool isLast, string first, string other, string rule)
    {
        var fixture = AnswerFixtures.Of("responses stream");
        var wire = fixture.Wire();
        var last = isLast ? wire.LastIndexOf(first, StringComparison.Ordinal)
            : wire.IndexOf(first, StringComparison.Ordinal);
        Assert.True(last > 0, "It is not in the answer.");
        wire = string.Concat(wire.AsSpan(0, last), other, wire.AsSpan(last + first.Length));

        var (answer, _) = await stage.CallAsync(fixture, wire, null, job: job);

        Assert.DoesNotContain(other, answer, StringComparison.Ordinal);
        Assert.Contains(stage.LastOutcome.Findings, found => found.Rule == rule);
    }

    [Theory]
    [InlineData("messages stream", "§look")]
    [InlineData("ollama chat stream", "§look")]
    [InlineData("ollama chat", "§f")]
    public async Task A_rule_about_an_argument_is_asked_when_the_call_is_whole(string name, string tool)
    {
        var fixture = AnswerFixtures.Of(name);
        Assert.Contains($"\"{tool}\"", fixture.Wire(), StringComparison.Ordinal);

        var (answer, _) = await stage.CallAsync(fixture, fixture.Wire(), null, job: "argued");

        Assert.DoesNotContain($"\"{tool}\"", answer, StringComparison.Ordinal);
        Assert.Equal("guard_held", stage.LastOutcome.Reason);
        HasFilteredEnd(fixture, answer);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_prompt_is_blocked_before_it_is_sent(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        var requests = stage.Requests;

        var (answer, _) = await stage.CallAsync(
            fixture, fixture.Wire(), null, isWhole: false, say: "my swordfish-1 is", job: "prompted");

        Assert.Equal(requests, stage.Requests);
        Assert.Contains("Not this.", answer, StringComparison.Ordinal);
        Assert.Equal("guard_blocked", stage.LastOutcome.Reason);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_constraint_stands_once_in_the_operators_words(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        if (!SystemPrompt.HasPlace(RouteTable.Of(fixture.Endpoint))) return;

        await stage.CallAsync(fixture, fixture.Wire(), null, job: "constrained");

        var body = JsonNode.Parse(stage.LastRequest[stage.LastRequest.IndexOf('{', StringComparison.Ordinal)..])!;
        Assert.Contains(MarkText, SystemOf(body), StringComparison.Ordinal);
        Assert.Equal(1, Count(stage.LastRequest, "Mark every statement"));
        Assert.Contains("Be brief, please.", SystemOf(body), StringComparison.Ordinal);
        var request = stage.LastCall;
        Assert.Contains("constraint:mark-uncertainty@1", request.Splices);
        Assert.Contains("constraint:own@1", request.Splices);
    }

    [Theory]
    [InlineData("ollama generate stream", ",\"raw\":true")]
    [InlineData("ollama generate stream", ",\"template\":\"{{ .Prompt }}\"")]
    public async Task A_prompt_that_skips_the_constraints_is_refused(string name, string more)
    {
        var fixture = AnswerFixtures.Of(name);
        var requests = stage.Requests;

        stage.More = more;
        var (answer, _) = await stage.CallAsync(fixture, fixture.Wire(), null, isWhole: false, job: "constrained");
        stage.More = "";

        Assert.Equal(requests, stage.Requests);
        Assert.Contains("skips them", answer, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_secret_is_caught_in_every_place_where_an_answer_has_text(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        var planted = 0;
        foreach (var wire in PlantedIn(fixture))
        {
            planted++;
            var (answer, payloads) = await stage.CallAsync(fixture, wire, null, isWhole: false, job: "secretive");

            Assert.DoesNotContain(Token, answer, StringComparison.Ordinal);
            Assert.Contains(Token, Encoding.UTF8.GetString(payloads["Upstream"]), StringComparison.Ordinal);
            Assert.Contains(stage.LastOutcome.Findings,
                found => found.Rule.StartsWith("secret/", StringComparison.Ordinal));
        }

        Assert.True(planted > 0 || fixture.Texts.Count == 0, "Nothing was planted.");
    }

    [Fact]
    public async Task What_a_prompt_holds_of_a_person_goes_to_the_model_as_a_token_and_comes_back_as_itself()
    {
        var fixture = AnswerFixtures.Of("chat stream");
        await stage.CallAsync(fixture, fixture.Wire(), null, say: "write to ann@example.org", job: "private");
        var token = System.Text.RegularExpressions.Regex.Match(stage.LastRequest, "EMAIL_[0-9A-F]{8}").Value;
        Assert.NotEmpty(token);
        Assert.DoesNotContain("ann@example.org", stage.LastRequest, StringComparison.Ordinal);

        // The model writes it in small letters, in two pieces, and in the arguments of a tool.
        var (left, right) = (token[..4].ToLowerInvariant(), token[4..].ToLowerInvariant());
        var wire = fixture.Wire()
            .Replace("\"§Hello\"", $"\"mail to {left}\"", StringComparison.Ordinal)
            .Replace("\" wor§ld\"", $"\"{right}.\"", StringComparison.Ordinal);
        Assert.NotEqual(fixture.Wire(), wire);
        var (answer, payloads) = await stage.CallAsync(
            fixture, wire, null, say: "write to ann@example.org", job: "private");

        Assert.Contains("mail to ann@example.org", TextOf(fixture, answer), StringComparison.Ordinal);
        Assert.DoesNotContain("ann@example.org", Encoding.UTF8.GetString(payloads["Forwarded"]),
            StringComparison.Ordinal);

        // Another call did not give it: it stays what it is.
        var (other, _) = await stage.CallAsync(fixture, wire, null, say: "hello", job: "private");
        Assert.DoesNotContain("ann@example.org", other, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chat stream")]
    [InlineData("chat")]
    [InlineData("messages stream")]
    [InlineData("responses stream")]
    [InlineData("ollama chat stream")]
    public async Task An_answer_that_is_too_sure_is_marked_and_queued_and_still_all_there(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        var wire = fixture.Endpoint == Endpoint.OpenAIResponses
            ? fixture.Wire().Replace("Hel§lo", "I am absolutely certain.", StringComparison.Ordinal)
            : fixture.Wire().Replace("\"§Hel", "\"I am absolutely certain. §Hel", StringComparison.Ordinal);
        if (wire == fixture.Wire())
            wire = wire.Replace("\"§a\"", "\"I am absolutely certain.\"", StringComparison.Ordinal);
        Assert.NotEqual(fixture.Wire(), wire);

        var (answer, _) = await stage.CallAsync(fixture, wire, null, job: "humble");

        Assert.Contains("I am absolutely certain.", TextOf(fixture, answer), StringComparison.Ordinal);
        Assert.Contains("[Gatehouse: this answer makes claims", TextOf(fixture, answer), StringComparison.Ordinal);
        Assert.Contains(stage.LastOutcome.Findings,
            found => (found.Rule, found.Action) == ("claim/overconfident", "review"));
        Assert.Equal("completed", stage.LastRow.Outcome);
    }

    private const string Token = "ghp_" + "wR4nTq8ZbK2mVx7YcL5pJd9GhF3sAe6QuN1o";

    /// <summary>The answer with a token planted in one text after the other.</summary>
    private static IEnumerable<string> PlantedIn(AnswerFixture fixture)
    {
        var reader = AnswerText.For(RouteTable.Of(fixture.Endpoint))!;
        var wire = fixture.Wire();
        var lines = fixture.IsStream ? wire.Split('\n') : [wire];
        for (var at = 0; at < lines.Length; at++)
        {
            var start = lines[at].IndexOf('{', StringComparison.Ordinal);
            if (start < 0) continue;
            var data = Encoding.UTF8.GetBytes(lines[at][start..]);
            if (!reader.TryRead(data)) continue;
            foreach (var delta in reader.Deltas.ToArray())
            {
                if (delta.Channel.Kind is TextKind.Shadow or TextKind.Unread) continue;
                var value = delta.IsRaw ? $$"""{"q":"x {{Token}} y"}""" : $"\"x {Token} y\"";
                // Arguments that come as text are JSON in it.
                if (delta is { IsRaw: false, Channel.Kind: TextKind.ToolArguments })
                    value = $"\"{{\\\"q\\\":\\\"{Token}\\\"}}\"";
                byte[] changed =
                [
                    .. data.AsSpan(0, delta.Offset), .. Encoding.UTF8.GetBytes(value),
                    .. data.AsSpan(delta.Offset + delta.Length),
                ];
                var copy = (string[])lines.Clone();
                copy[at] = lines[at][..start] + Encoding.UTF8.GetString(changed);
                yield return string.Join('\n', copy);
            }
        }
    }

    [Fact]
    public async Task A_body_that_may_not_be_changed_is_blocked_instead()
    {
        var fixture = AnswerFixtures.Of("chat stream");

        var (answer, _) = await stage.CallAsync(
            fixture, fixture.Wire(), null, isWhole: false, say: "swordfish-1", job: "signed");

        Assert.Contains("pattern/planted", answer, StringComparison.Ordinal);
        Assert.Equal("guard_blocked", stage.LastOutcome.Reason);
    }

    [Fact]
    public async Task A_prompt_is_changed_where_the_estate_says_so()
    {
        var fixture = AnswerFixtures.Of("chat stream");

        await stage.CallAsync(fixture, fixture.Wire(), null, say: "my swordfish-1 is", job: "rewriting");

        Assert.Contains("\"my [removed: planted] is\"", stage.LastRequest, StringComparison.Ordinal);
        Assert.Equal(0, Count(stage.LastRequest, "swordfish"));
    }

    /// <summary>The answer ends as its protocol says for a filter, once, and nothing comes after it.</summary>
    private static void HasFilteredEnd(AnswerFixture fixture, string answer)
    {
        var lines = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var last = JsonNode.Parse(Data(fixture.IsStream && lines[^1] == "data: [DONE]" ? lines[^2] : lines[^1]))!;
        switch (fixture.Endpoint)
        {
            case Endpoint.OpenAIChat or Endpoint.OpenAICompletions:
                if (fixture.IsStream) Assert.Equal("data: [DONE]", lines[^1]);
                Assert.Equal("content_filter", last["choices"]![0]!["finish_reason"]!.ToString());
                break;
            case Endpoint.OpenAIResponses:
                var response = fixture.IsStream ? last["response"]! : last;
                Assert.Equal("incomplete", response["status"]!.ToString());
                Assert.Equal("content_filter", response["incomplete_details"]!["reason"]!.ToString());
                Assert.Equal(lines.Length > 1 ? "response.incomplete" : "response",
                    (last["type"] ?? last["object"])!.ToString());
                break;
            case Endpoint.AnthropicMessages when fixture.IsStream:
                Assert.Equal("message_stop", last["type"]!.ToString());
                Assert.Equal(1, Count(answer, "event: message_start"));
                Assert.Equal(Count(answer, "event: content_block_start"), Count(answer, "event: content_block_stop"));
                Assert.Equal(1, Count(answer, "\"stop_reason\":\"refusal\""));
                break;
            case Endpoint.AnthropicMessages:
                Assert.Equal("refusal", last["stop_reason"]!.ToString());
                break;
            default:
                Assert.Equal("content_filter", last["done_reason"]!.ToString());
                Assert.True((bool)last["done"]!);
                break;
        }

        static string Data(string line) => line[line.IndexOf('{', StringComparison.Ordinal)..];
    }

    private static string SystemOf(JsonNode body) => (body["instructions"] ?? body["system"]) is { } words
        ? words.ToString()
        : body["messages"]!.AsArray()[0]!["role"]!.ToString() == "system"
            ? body["messages"]!.AsArray()[0]!["content"]!.ToString() : "";

    private static string TextOf(AnswerFixture fixture, string answer) => string.Concat(
        GuardTests.DeltasOf(fixture, answer).Where(one => !one.Delta.IsRepeat
            && one.Delta.Channel.Kind is not (TextKind.Shadow or TextKind.Unread))
            .Select(one => AnswerText.TextOf(one.Data, one.Delta)));

    private static int Count(string text, string word) => text.Split(word).Length - 1;
}

/// <summary>A gate with the guards of its estate.</summary>
public sealed class EstateGuardStage : GuardStage
{
    private const string Guarded = """
        estate: 1
        name: test
        node: guard
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          gpt:    { provider: openai, url: "{wire}", name: "*" }
          claude: { provider: anthropic, url: "{wire}", name: "claude-*" }
          llama:  { provider: ollama, url: "{wire}", name: "llama" }
        guards:
          redacting: { patterns: [ { id: planted, match: 'swordfish-\d+', in: answer, action: redact } ] }
          blocking:
            patterns: [ { id: planted, match: 'swordfish-\d+', in: answer, action: [flag, block], say: Not here. } ]
          prompted: { patterns: [ { id: planted, match: 'swordfish-\d+', in: prompt, action: block, say: Not this. } ] }
          rewriting: { patterns: [ { id: planted, match: 'swordfish-\d+', in: prompt, action: redact } ] }
          signed: { rewrite: never, patterns: [ { id: planted, match: 'swordfish-\d+', in: prompt, action: redact } ] }
          observed:
            constraints: [mark-uncertainty]
            patterns: [ { id: planted, match: 'swordfish-\d+', action: block } ]
            tools: { allow: [nothing] }
          repeated: { tools: { allow: ["§look"] } }
          matched: { tools: { rules: [ { tool: "*look", match: planted, action: hold } ] } }
          tooled: { tools: { allow: ["§other*", "shell"] } }
          argued:
            tools:
              rules:
                - { tool: "*look", argument: q, match: '[1x]', action: hold }
                - { tool: "§f", argument: a.b, match: c$, action: hold }
          secretive: { answer: { secrets: redact } }
          private: { prompt: { personal-data: pseudonymise } }
          humble: { answer: { overconfidence: [mark, review] } }
          constrained: { constraints: [mark-uncertainty, "Be brief, please."] }
        jobs:
        """;

    /// <inheritdoc/>
    protected override string Estate => Guarded + string.Concat(((string[])["redacting", "blocking", "prompted",
        "rewriting", "signed", "observed", "tooled", "argued", "constrained", "secretive",
        "private", "humble", "repeated", "matched"]).Select(name => $$"""

          {{name}}:
            owner: tester
            guard: {{name}}
            mode: {{(name == "observed" ? "observe" : "enforce")}}
            models: [gpt, claude, llama]
            source: { kind: prompt }
            sink: none
        """));

    /// <inheritdoc/>
    protected override bool Chooses => false;
}
