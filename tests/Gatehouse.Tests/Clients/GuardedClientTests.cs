using System.Text.Json;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate;
using Gatehouse.Gate.Guarding;

namespace Gatehouse.Tests.Clients;

/// <summary>Answers that a guard changed, held and released late are answers to the clients of the providers.</summary>
public sealed class GuardedClientTests(GuardedClientStage stage) : IClassFixture<GuardedClientStage>
{
    [Theory]
    [InlineData("openai", "chat")]
    [InlineData("openai", "chat-stream")]
    [InlineData("openai", "responses")]
    [InlineData("openai", "responses-stream")]
    [InlineData("anthropic", "message")]
    [InlineData("anthropic", "message-stream")]
    [InlineData("ollama", "chat")]
    [InlineData("ollama", "chat-stream")]
    [InlineData("ollama", "generate")]
    [InlineData("ollama", "generate-stream")]
    [InlineData("ai-sdk", "chat-stream")]
    [InlineData("ai-sdk", "responses-stream")]
    public async Task A_client_reads_what_the_guard_wrote(string client, string wanted)
    {
        var text = (await RunAsync(client, wanted)).Result.GetProperty("text").GetString();

        Assert.Equal(ClientTexts.Hello.ToUpperInvariant(), text);
    }

    [Theory]
    [InlineData("openai", "tools-stream")]
    [InlineData("openai", "responses-tools")]
    [InlineData("anthropic", "tools-stream")]
    [InlineData("ollama", "tools-stream")]
    [InlineData("ai-sdk", "tools-stream")]
    [InlineData("ai-sdk", "responses-tools-stream")]
    public async Task A_call_of_a_tool_that_was_held_arrives_whole(string client, string wanted)
    {
        var result = (await RunAsync(client, wanted)).Result;
        var calls = result.ValueKind == JsonValueKind.Object && result.TryGetProperty("tools", out var tools)
            ? tools.GetRawText() : result.GetRawText();

        Assert.Contains("weather", calls, StringComparison.Ordinal);
        Assert.Matches("Z(ü|\\\\+u00[fF][cC])rich", calls);
    }

    private async Task<ClientOutcome> RunAsync(string client, string wanted)
    {
        var outcome = Assert.Single(await stage.RunAsync(client, new ClientStep(wanted)));
        Assert.True(outcome.Succeeded, $"{client} {wanted} failed: {outcome.Error}");
        return outcome;
    }
}

/// <summary>A gate whose guard shouts, and holds each call of a tool until it is whole.</summary>
public sealed class GuardedClientStage : ClientStage
{
    private protected override IGuard? Guard { get; } = new Shouting();

    private sealed class Shouting : IGuard, IAnswerGuard
    {
        public IAnswerGuard? ForAnswer(GateCall call) => this;

        public ValueTask<PromptVerdict> LookAsync(PromptView prompt, CancellationToken stop) => default;

        public async ValueTask<TextRelease> LookAsync(TextView text, CancellationToken stop)
        {
            await Task.Yield();
            if (text.Channel.Kind == TextKind.ToolArguments)
                return text.IsEnd ? TextRelease.All : TextRelease.Nothing;
            if (text.Channel.Kind != TextKind.Text) return TextRelease.All;
            var more = text.Text[text.Released..].ToString();
            return TextRelease.All with
            {
                Edits = [new TextEdit(text.Released, more.Length, more.ToUpperInvariant())],
            };
        }
    }
}

/// <summary>An answer that a guard ended is a valid one to the clients of the providers, and says why.</summary>
public sealed class BlockedClientTests(BlockedClientStage stage) : IClassFixture<BlockedClientStage>
{
    [Theory]
    [InlineData("openai", "chat")]
    [InlineData("openai", "chat-stream")]
    [InlineData("openai", "responses")]
    [InlineData("openai", "responses-stream")]
    [InlineData("anthropic", "message")]
    [InlineData("anthropic", "message-stream")]
    [InlineData("ollama", "chat")]
    [InlineData("ollama", "chat-stream")]
    [InlineData("ollama", "generate")]
    [InlineData("ollama", "generate-stream")]
    [InlineData("ai-sdk", "chat-stream")]
    [InlineData("ai-sdk", "responses-stream")]
    public async Task A_client_reads_why_the_answer_ended(string client, string wanted)
    {
        var result = await RunAsync(client, wanted);

        Assert.EndsWith(BlockedClientStage.Why, result.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai", "tools-stream")]
    [InlineData("openai", "responses-tools")]
    [InlineData("anthropic", "tools-stream")]
    [InlineData("ollama", "tools-stream")]
    [InlineData("ai-sdk", "tools-stream")]
    [InlineData("ai-sdk", "responses-tools-stream")]
    public async Task A_client_gets_no_call_of_a_tool_that_was_blocked(string client, string wanted)
    {
        var result = await RunAsync(client, wanted);

        Assert.DoesNotContain("rich", result.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("weather", result.GetRawText(), StringComparison.Ordinal);
    }

    private async Task<JsonElement> RunAsync(string client, string wanted)
    {
        var outcome = Assert.Single(await stage.RunAsync(client, new ClientStep(wanted)));
        Assert.True(outcome.Succeeded, $"{client} {wanted} failed: {outcome.Error}");
        return outcome.Result;
    }
}

/// <summary>A gate whose guard ends each text after its first words, and each call of a tool.</summary>
public sealed class BlockedClientStage : ClientStage
{
    public const string Why = "This was blocked.";

    private protected override IGuard? Guard { get; } = new Ending();

    private sealed class Ending : IGuard, IAnswerGuard
    {
        private static readonly Refusal Blocked = new(RefusalKind.GuardBlocked, Why);

        public IAnswerGuard? ForAnswer(GateCall call) => this;

        public ValueTask<PromptVerdict> LookAsync(PromptView prompt, CancellationToken stop) => default;

        public ValueTask<TextRelease> LookAsync(TextView text, CancellationToken stop) => new(text.Channel.Kind switch
        {
            TextKind.ToolName or TextKind.ToolArguments => text.IsEnd ? TextRelease.End(Blocked) : TextRelease.Nothing,
            TextKind.Text when text.Released > 0 || text.IsEnd => TextRelease.End(Blocked),
            _ => TextRelease.All,
        });
    }
}
