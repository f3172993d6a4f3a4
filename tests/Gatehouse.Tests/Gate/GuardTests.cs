using System.Text;
using System.Text.Json.Nodes;
using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate;
using Gatehouse.Gate.Guarding;
using Gatehouse.Storage;
using Gatehouse.Tests.Traffic;

namespace Gatehouse.Tests.Gate;

/// <summary>What guards can do with the text of answers, in all dialects, streamed and whole, in every place.</summary>
public sealed class GuardTests(GuardStage stage) : IClassFixture<GuardStage>
{
    private const string Secret = "swordfish-4711";

    public static TheoryData<string> Names => [.. AnswerFixtures.All
        .Where(fixture => GuardStage.PathOf(fixture.Endpoint) is not null && !fixture.Name.Contains("error"))
        .Select(fixture => fixture.Name)];

    public static TheoryData<string> Streams => [.. AnswerFixtures.All
        .Where(fixture => fixture.Texts.Count > 0).Select(fixture => fixture.Name)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Without_a_change_the_bytes_are_those_that_came(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        foreach (var guard in new IAnswerGuard?[] { null, new Passing() })
        {
            var (answer, payloads) = await stage.CallAsync(fixture, fixture.Wire(), guard);

            Assert.Equal(fixture.Wire(), answer);
            Assert.Equal(payloads["Upstream"], payloads["Delivered"]);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_word_of_the_model_can_be_changed(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        // No small letter but in what the guard leaves alone: tools, sources, and what is no text.
        var (answer, payloads) = await stage.CallAsync(fixture, fixture.Wire(), new Shouting());

        Assert.Equal(fixture.Wire(), Encoding.UTF8.GetString(payloads["Upstream"]));
        Assert.Equal(answer, Encoding.UTF8.GetString(payloads["Delivered"]));
        foreach (var (delta, data) in DeltasOf(fixture, answer).Where(one => Shouting.Takes(one.Delta.Channel.Kind)))
        {
            var text = AnswerText.TextOf(data, delta);
            Assert.Equal(text.ToUpperInvariant(), text);
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_secret_goes_nowhere_however_it_is_cut(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        foreach (var wire in SecretIn(fixture))
        {
            var (answer, payloads) = await stage.CallAsync(fixture, wire, new Hiding(Secret));
            var texts = DeltasOf(fixture, answer)
                .Where(one => one.Delta.Channel.Kind is not (TextKind.Shadow or TextKind.Unread) && !one.Delta.IsRepeat)
                .GroupBy(one => one.Delta.Channel)
                .ToDictionary(group => group.Key,
                    group => string.Concat(group.Select(one => AnswerText.TextOf(one.Data, one.Delta))));

            Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
            Assert.All(texts.Values, text => Assert.DoesNotContain(Secret, text, StringComparison.Ordinal));
            Assert.Contains("[x]", string.Concat(texts.Values), StringComparison.Ordinal);
            Assert.Equal(wire, Encoding.UTF8.GetString(payloads["Upstream"]));
            Assert.Equal(answer, Encoding.UTF8.GetString(payloads["Delivered"]));
        }
    }

    [Fact]
    public async Task What_repeats_a_changed_text_as_numbers_is_taken_out()
    {
        foreach (var fixture in AnswerFixtures.All.Where(fixture => fixture.Texts.Count > 0))
        {
            var (answer, _) = await stage.CallAsync(fixture, fixture.Wire(), new Shouting());

            Assert.DoesNotContain("\"bytes\":[", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("\"context\":[", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("chat stream")]
    [InlineData("responses stream")]
    [InlineData("messages stream")]
    [InlineData("ollama chat stream")]
    public async Task A_call_of_a_tool_is_held_until_it_is_whole(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        var guard = new ToolHolding();
        var (answer, _) = await stage.CallAsync(fixture, fixture.Wire(), guard);

        Assert.Equal(fixture.Wire(), answer);
        var (tool, arguments) = guard.Seen[0];
        Assert.Equal("§look", tool);
        JsonNode.Parse(arguments.Replace("§", "", StringComparison.Ordinal));
        Assert.True(guard.WasAskedEarly, "It was asked before the call was whole.");
    }

    [Theory]
    [InlineData("chat stream")]
    [InlineData("responses stream")]
    [InlineData("messages stream")]
    [InlineData("ollama chat stream")]
    public async Task A_call_of_a_tool_that_is_denied_never_shows_its_name(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        var (answer, _) = await stage.CallAsync(
            fixture, fixture.Wire(), new ToolHolding { Denies = true }, isWhole: false);

        Assert.DoesNotContain("§look", answer, StringComparison.Ordinal);
        // What came before it went out, and then the reason in the caller's dialect.
        Assert.Contains("§", answer, StringComparison.Ordinal);
        Assert.Contains("No tools here.", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chat")]
    [InlineData("responses")]
    [InlineData("messages")]
    [InlineData("ollama chat")]
    public async Task A_whole_answer_that_is_denied_is_a_refusal_and_stays_on_record(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        var (answer, payloads) = await stage.CallAsync(
            fixture, fixture.Wire(), new ToolHolding { Denies = true }, isWhole: false);

        Assert.DoesNotContain("§", answer, StringComparison.Ordinal);
        Assert.Contains("No tools here.", answer, StringComparison.Ordinal);
        Assert.Equal(fixture.Wire(), Encoding.UTF8.GetString(payloads["Upstream"]));
        Assert.Empty(payloads["Delivered"]);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task A_guard_that_takes_its_time_loses_nothing(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        var (answer, _) = await stage.CallAsync(fixture, fixture.Wire(), new Slow(TimeSpan.FromMilliseconds(15)));

        Assert.Equal(fixture.Wire(), answer);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task What_is_never_released_never_goes_out(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        var (answer, _) = await stage.CallAsync(fixture, fixture.Wire(), new Mute(), isWhole: false);

        Assert.DoesNotContain("§", answer, StringComparison.Ordinal);
        Assert.Contains("had not released all of it", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeat_that_says_something_else_is_looked_at_too()
    {
        var fixture = AnswerFixtures.Of("responses stream");
        var wire = fixture.Wire().Replace(
            "\"type\":\"response.output_text.done\",\"sequence_number\":11,\"item_id\":\"msg\",\"output_index\":1,"
                + "\"content_index\":0,\"text\":\"§Hel§lo\"",
            "\"type\":\"response.output_text.done\",\"sequence_number\":11,\"item_id\":\"msg\",\"output_index\":1,"
                + $"\"content_index\":0,\"text\":\"{Secret}\"", StringComparison.Ordinal);
        Assert.NotEqual(fixture.Wire(), wire);
        var (answer, _) = await stage.CallAsync(fixture, wire, new Hiding(Secret));

        Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
        Assert.Contains("\"text\":\"[x]\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_choice_passes_what_is_held()
    {
        string[] events =
        [
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"function":{"name":"look","arguments":"{"}}]}}]}""",
            """{"choices":[{"index":1,"delta":{"content":"free"}}]}""",
            """{"choices":[{"index":0,"delta":{"tool_calls":[{"function":{"arguments":"}"}}]}}]}""",
            """{"choices":[{"index":0,"finish_reason":"stop"},{"index":1,"finish_reason":"stop"}]}""",
        ];
        var fixture = new AnswerFixture("two choices", Endpoint.OpenAIChat, events);
        var (answer, _) = await stage.CallAsync(fixture, fixture.Wire(), new ToolHolding());

        Assert.Equal(
            new AnswerFixture("", Endpoint.OpenAIChat, events[1], events[0], events[2], events[3]).Wire(), answer);
    }

    [Fact]
    public async Task An_answer_of_countless_texts_ends()
    {
        var fixture = new AnswerFixture("countless", Endpoint.OpenAIResponses, [.. Enumerable.Range(0, 6_000).Select(
            item => $$"""{"type":"response.output_text.delta","output_index":{{item}},"delta":"a"}""")]);
        var (answer, _) = await stage.CallAsync(fixture, fixture.Wire(), new Passing(), isWhole: false);

        Assert.Contains("too many to look at", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_an_event_at_the_end_is_not_passed_on_unread()
    {
        var fixture = AnswerFixtures.Of("chat stream");
        var wire = $"data: {fixture.Lines[0]}\n\ndata: {{\"choices\":[{{\"delta\":{{\"content\":\"{Secret}";
        var (answer, _) = await stage.CallAsync(fixture, wire, new Hiding(Secret), isWhole: false);

        Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_character_that_is_cut_in_two_stays_one()
    {
        var fixture = new AnswerFixture("cut", Endpoint.OllamaGenerate,
            """{"response":"a \ud83d","done":false}""", """{"response":"\ude00 b","done":false}""",
            """{"response":"","done":true}""");
        var (answer, _) = await stage.CallAsync(fixture, fixture.Wire(), new Shouting());
        var text = string.Concat(DeltasOf(fixture, answer).Select(one => AnswerText.TextOf(one.Data, one.Delta)));

        Assert.Equal("A 😀 B", text);
    }

    [Fact]
    public async Task A_prompt_can_be_changed_and_refused_before_it_goes_anywhere()
    {
        var fixture = AnswerFixtures.Of("ollama generate");
        var (_, payloads) = await stage.CallAsync(
            fixture, fixture.Wire(), new Passing(), prompt: new PromptHiding(Secret), say: $"the word is {Secret}.");

        Assert.Contains(Secret, Encoding.UTF8.GetString(payloads["Received"]), StringComparison.Ordinal);
        Assert.Contains("the word is [x].", Encoding.UTF8.GetString(payloads["Forwarded"]), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, stage.LastRequest, StringComparison.Ordinal);

        var calls = stage.Requests;
        var (answer, _) = await stage.CallAsync(
            fixture, fixture.Wire(), new Passing(), isWhole: false,
            prompt: new PromptHiding("never") { Refuses = true });
        Assert.Contains("Not this prompt.", answer, StringComparison.Ordinal);
        Assert.Equal(calls, stage.Requests);
    }

    [Theory]
    [InlineData("chat stream")]
    [InlineData("chat")]
    public async Task What_was_found_is_on_record_without_its_text(string name)
    {
        var fixture = AnswerFixtures.Of(name);
        await stage.CallAsync(fixture, fixture.Wire(), new Reporting());

        var outcome = stage.LastOutcome;
        var finding = Assert.Single(outcome.Findings);
        Assert.Equal(("test/any", "flag", "answer/text/0/0"), (finding.Rule, finding.Action, finding.Channel));
    }

    /// <summary>The secret in each text of a stream: in one piece, cut in the middle, and letter by letter.</summary>
    internal static IEnumerable<string> SecretIn(AnswerFixture fixture)
    {
        var whole = fixture.Wire();
        // A piece of text that comes in two events: its halves become halves of the secret, and its repeats the whole.
        var (first, second) = fixture.Endpoint switch
        {
            Endpoint.OpenAIResponses => ("Hel§lo", ""),
            Endpoint.OpenAIChat => ("§Hello", " wor§ld"),
            _ => ("§Hel", "lo§"),
        };
        yield return whole.Replace($"\"{first}\"", $"\"a {Secret} b\"", StringComparison.Ordinal)
            .Replace($"\"§{first}\"", $"\"§a {Secret} b\"", StringComparison.Ordinal);
        if (second.Length == 0) yield break;
        for (var cut = 1; cut < Secret.Length; cut++)
        {
            yield return whole.Replace($"\"{first}\"", $"\"a {Secret[..cut]}\"", StringComparison.Ordinal)
                .Replace($"\"{second}\"", $"\"{Secret[cut..]} b\"", StringComparison.Ordinal);
        }
    }

    internal static List<(AnswerDelta Delta, byte[] Data)> DeltasOf(AnswerFixture fixture, string answer)
    {
        var reader = AnswerText.For(RouteTable.Of(fixture.Endpoint))!;
        var events = !fixture.IsStream ? [answer] : answer.Split('\n')
            .Where(line => line.StartsWith("data: {", StringComparison.Ordinal) || line.StartsWith('{'))
            .Select(line => line[line.IndexOf('{', StringComparison.Ordinal)..]);
        return [.. events.Select(Encoding.UTF8.GetBytes).SelectMany(data =>
        {
            Assert.True(reader.TryRead(data));
            return reader.Deltas.Select(delta => (delta, data)).ToArray();
        })];
    }

    private sealed class Passing : IAnswerGuard
    {
        public ValueTask<TextRelease> LookAsync(TextView text, CancellationToken stop) => new(TextRelease.All);
    }

    /// <summary>Writes every word of the model in capitals.</summary>
    private sealed class Shouting : IAnswerGuard
    {
        public static bool Takes(TextKind kind) => kind is TextKind.Text or TextKind.Reasoning
            or TextKind.ReasoningSummary or TextKind.Refusal or TextKind.Transcript or TextKind.LogProb;

        public ValueTask<TextRelease> LookAsync(TextView text, CancellationToken stop)
        {
            var more = text.Text[text.Released..].ToString();
            return new(!Takes(text.Channel.Kind) || !more.Any(char.IsLower) ? TextRelease.All
                : TextRelease.All with { Edits = [new TextEdit(text.Released, more.Length, more.ToUpperInvariant())] });
        }
    }

    /// <summary>Keeps back what may be the beginning of a secret, and puts [x] in its place when it is.</summary>
    private sealed class Hiding(string secret) : IAnswerGuard
    {
        public ValueTask<TextRelease> LookAsync(TextView text, CancellationToken stop)
        {
            var (all, at, edits) = (text.Text.ToString(), text.Released, new List<TextEdit>());
            while (all.IndexOf(secret, at, StringComparison.Ordinal) is var found and >= 0)
            {
                edits.Add(new TextEdit(found, secret.Length, "[x]"));
                at = found + secret.Length;
            }
            var safe = all.Length;
            for (var length = Math.Min(secret.Length - 1, all.Length - at); length > 0 && !text.IsEnd; length--)
            {
                if (!all.EndsWith(secret[..length], StringComparison.Ordinal)) continue;
                safe -= length;
                break;
            }
            return new(TextRelease.UpTo(safe) with { Edits = edits });
        }
    }

    /// <summary>Lets no call of a tool go before it is whole.</summary>
    private sealed class ToolHolding : IAnswerGuard
    {
        public bool Denies { get; init; }

        public bool WasAskedEarly { get; private set; }

        public List<(string? Name, string Arguments)> Seen { get; } = [];

        public ValueTask<TextRelease> LookAsync(TextView text, CancellationToken stop)
        {
            if (text.Channel.Kind != TextKind.ToolArguments) return new(TextRelease.All);
            WasAskedEarly |= !text.IsEnd;
            if (!text.IsEnd) return new(TextRelease.Nothing);
            Seen.Add((text.ToolName, text.Text.ToString()));
            return new(Denies ? TextRelease.End(new Refusal(RefusalKind.Policy, "No tools here.")) : TextRelease.All);
        }
    }

    private sealed class Reporting : IAnswerGuard
    {
        public ValueTask<TextRelease> LookAsync(TextView text, CancellationToken stop) => new(
            text is not { IsEnd: true, Channel: { Kind: TextKind.Text, Outer: 0 } } ? TextRelease.All
                : TextRelease.All with
                {
                    Findings =
                    [
                        new GuardFinding
                        {
                            Rule = "test/any", Version = "1", Action = "flag", Channel = "answer/text/0/0",
                            Length = text.Text.Length,
                        },
                    ],
                });
    }

    private sealed class Slow(TimeSpan time) : IAnswerGuard
    {
        public async ValueTask<TextRelease> LookAsync(TextView text, CancellationToken stop)
        {
            await Task.Delay(time, stop);
            return TextRelease.All;
        }
    }

    private sealed class Mute : IAnswerGuard
    {
        public ValueTask<TextRelease> LookAsync(TextView text, CancellationToken stop) => new(TextRelease.Nothing);
    }

    private sealed class PromptHiding(string secret) : IGuard
    {
        public bool Refuses { get; init; }

        public IAnswerGuard? ForAnswer(GateCall call) => null;

        public ValueTask<PromptVerdict> LookAsync(PromptView prompt, CancellationToken stop)
        {
            if (Refuses)
                return new(new PromptVerdict { Refusal = new Refusal(RefusalKind.Policy, "Not this prompt.") });
            var found = prompt.Texts.Where(text => prompt.Read(text).Contains(secret, StringComparison.Ordinal));
            return new(new PromptVerdict
            {
                Edits = [.. found.Select(text => new PromptEdit(
                    text, prompt.Read(text).Replace(secret, "[x]", StringComparison.Ordinal), "guard"))],
            });
        }
    }
}

/// <summary>A gate whose guard each test chooses, in front of a model that says what a test says.</summary>
public class GuardStage : IAsyncLifetime
{
    private const string Bare = """
        estate: 1
        name: test
        node: guard
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          gpt:    { provider: openai, url: "{wire}", name: "*" }
          claude: { provider: anthropic, url: "{wire}", name: "claude-*" }
          llama:  { provider: ollama, url: "{wire}", name: "llama" }
        jobs:
          all: { owner: tester, models: [gpt, claude, llama], source: { kind: prompt }, sink: none }
        """;

    /// <summary>The estate; its jobs come after it.</summary>
    protected virtual string Estate => Bare;

    /// <summary>Whether each test chooses the guard; else those of the estate look.</summary>
    protected virtual bool Chooses => true;

    private readonly WireUpstream _upstream = new();
    private readonly Chosen _chosen = new();

    internal GateStage Gate { get; private set; } = null!;

    internal string LastRequest { get; private set; } = "";

    internal int Requests { get; private set; }

    /// <summary>More members of the body of calls.</summary>
    internal string More { get; set; } = "";

    /// <summary>How the last call ended, as it is on record.</summary>
    internal OutcomeEntry LastOutcome { get; private set; } = null!;

    /// <summary>The last call, as it is listed.</summary>
    internal ExchangeRow LastRow { get; private set; } = null!;

    /// <summary>What is on record of the last call itself.</summary>
    internal CallFacts LastCall { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Gate = await GateStage.StartAsync(
            Estate.Replace("{wire}", _upstream.Address, StringComparison.Ordinal),
            change: setup => Chooses ? setup with { Guard = _chosen } : setup);
        _upstream.OnJson("/api/tags", """{"models":[]}""");
        _upstream.OnJson("/api/show", "{}", "404 Not Found");
    }

    public async ValueTask DisposeAsync()
    {
        await Gate.DisposeAsync();
        await _upstream.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal static string? PathOf(Endpoint endpoint) => endpoint switch
    {
        Endpoint.OpenAIChat => "/v1/chat/completions",
        Endpoint.OpenAICompletions => "/v1/completions",
        Endpoint.OpenAIResponses => "/v1/responses",
        Endpoint.AnthropicMessages => "/v1/messages",
        Endpoint.OllamaChat => "/api/chat",
        Endpoint.OllamaGenerate => "/api/generate",
        _ => null,
    };

    /// <summary>Calls with this guard, the model answering with this text; what came, and what is on record.</summary>
    internal async Task<(string Answer, IReadOnlyDictionary<string, byte[]> Payloads)> CallAsync(
        AnswerFixture fixture, string wire, IAnswerGuard? guard, bool isWhole = true, IGuard? prompt = null,
        string say = "hi", string job = "all")
    {
        (_chosen.Answer, _chosen.Prompt) = (guard, prompt);
        var model = fixture.Endpoint switch
        {
            Endpoint.OllamaChat or Endpoint.OllamaGenerate => "llama",
            Endpoint.AnthropicMessages => "claude-1",
            _ => "gpt-1",
        };
        var type = !fixture.IsStream ? "application/json"
            : model == "llama" ? "application/x-ndjson" : "text/event-stream";
        _upstream.On(model, async (to, request) =>
        {
            LastRequest = request;
            Requests++;
            await WireUpstream.BeginAsync(to, type);
            await WireUpstream.SayAsync(to, wire);
        });
        var stream = fixture.IsStream ? "true" : "false";
        var prompted = fixture.Endpoint switch
        {
            Endpoint.OpenAIResponses => $"\"input\":\"{say}\"",
            Endpoint.OpenAICompletions or Endpoint.OllamaGenerate => $"\"prompt\":\"{say}\"",
            _ => $"\"max_tokens\":9,\"messages\":[{{\"role\":\"user\",\"content\":\"{say}\"}}]",
        };
        var body = $$"""{"model":"{{model}}","stream":{{stream}},{{prompted}}{{More}}}""";
        await using var call = MemoryCall.Start(
            Gate.Server.Pipeline, job, PathOf(fixture.Endpoint)!, Encoding.UTF8.GetBytes(body));
        var answer = isWhole
            ? await call.ReadAsync(TestContext.Current.CancellationToken) : await ReadBrokenAsync(call);
        var row = await Gate.EndedAsync(call.Headers.Single("X-Gatehouse-Exchange")!);
        using var reader = LedgerReader.OpenReadOnly(Gate.Server.Home);
        LastOutcome = (OutcomeEntry)reader.FindEntry(row.OutcomeIndex!.Value)!.Leaf!.Entry;
        LastRow = row;
        LastCall = reader.FindEntry(row.Index)!.Leaf!.Entry is RequestEntry request ? request.Call : LastOutcome.Call!;
        return (answer, reader.ReadPayloads(row, LedgerKeys.Open(Gate.Server.Home))
            .ToDictionary(payload => payload.Record.Kind.ToString(), payload => payload.Bytes!));
    }

    private static async Task<string> ReadBrokenAsync(MemoryCall call)
    {
        var text = new MemoryStream();
        try
        {
            while (true)
            {
                var read = await call.Answer.ReadAsync();
                foreach (var piece in read.Buffer) text.Write(piece.Span);
                call.Answer.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (IOException)
        {
            // Broken off, as it should be.
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private sealed class Chosen : IGuard
    {
        public IAnswerGuard? Answer { get; set; }

        public IGuard? Prompt { get; set; }

        public IAnswerGuard? ForAnswer(GateCall call) => Answer;

        public ValueTask<PromptVerdict> LookAsync(PromptView prompt, CancellationToken stop)
            => Prompt?.LookAsync(prompt, stop) ?? default;
    }
}
