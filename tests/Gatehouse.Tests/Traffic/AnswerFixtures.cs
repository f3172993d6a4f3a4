using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

/// <summary>
/// An answer with every field that its endpoint is known to send. Strings that are text of the model, or of the world,
/// hold a mark; the others are ids, types and states. A line is an event, or the whole answer.
/// </summary>
internal sealed record AnswerFixture(string Name, Endpoint Endpoint, params string[] Lines)
{
    public IReadOnlyList<byte[]> Events => [.. Lines.Select(Encoding.UTF8.GetBytes)];

    /// <summary>The texts that its pieces make; empty where that is not what the fixture is for.</summary>
    public Dictionary<TextChannel, string> Texts { get; init; } = [];

    public bool IsStream => Name.EndsWith("stream", StringComparison.Ordinal) || Lines.Length > 1;

    /// <summary>The answer as it comes.</summary>
    public string Wire() => !IsStream ? Lines[0] : Endpoint switch
    {
        Endpoint.OllamaChat or Endpoint.OllamaGenerate => string.Concat(Lines.Select(line => line + "\n")),
        Endpoint.OpenAIChat or Endpoint.OpenAICompletions =>
            string.Concat(Lines.Select(line => $"data: {line}\n\n")) + "data: [DONE]\n\n",
        _ => string.Concat(Lines.Select(line => $"event: {line.Split('"')[3]}\ndata: {line}\n\n")),
    };
}

/// <summary>
/// The files in <c>Answers</c>: written after the API references and what the providers' own clients parse (November
/// 2026).
/// </summary>
internal static class AnswerFixtures
{
    private static readonly Dictionary<string, Dictionary<TextChannel, string>> Texts = new()
    {
        ["chat stream"] = new()
        {
            [new(TextKind.Text, 0, 0)] = "§Hello wor§ld",
            [new(TextKind.LogProb, 0, 0)] = "§Hel",
            [new(TextKind.Reasoning, 0, 0)] = "§because",
            [new(TextKind.Refusal, 1, 0)] = "§no",
            [new(TextKind.ToolName, 0, 0)] = "§look",
            [new(TextKind.ToolArguments, 0, 0)] = "{\"a§\":1§}",
            [new(TextKind.ToolName, 0, 1)] = "§shell",
            [new(TextKind.ToolArguments, 0, 1)] = "§ls",
        },
        ["responses stream"] = new()
        {
            [new(TextKind.ReasoningSummary, 0, 0)] = "§thin§king",
            [new(TextKind.Text, 1, 0)] = "§Hel§lo",
            [new(TextKind.LogProb, 1, 0)] = "§Hello",
            [new(TextKind.ToolName, 2, 0)] = "§look",
            [new(TextKind.ToolArguments, 2, 0)] = "§{\"q§\":1§}",
        },
        ["messages stream"] = new()
        {
            [new(TextKind.Reasoning, 0, 0)] = "§hm",
            [new(TextKind.Text, 1, 0)] = "§Hello§",
            [new(TextKind.ToolName, 2, 0)] = "§look",
            [new(TextKind.ToolArguments, 2, 0)] = "§{\"q\":1§}",
        },
        ["ollama chat stream"] = new()
        {
            [new(TextKind.Text, 0, 0)] = "§Hello§",
            [new(TextKind.Reasoning, 0, 0)] = "§hm",
            [new(TextKind.LogProb, 0, 0)] = "§Hel",
            [new(TextKind.ToolName, 0, 0)] = "§look",
            [new(TextKind.ToolArguments, 0, 0)] = "{\"q\":\"§x\"}",
        },
        ["ollama generate stream"] = new()
        {
            [new(TextKind.Text, 0, 0)] = "§Hello§",
            [new(TextKind.Reasoning, 0, 0)] = "§hm",
        },
    };

    public static IReadOnlyList<AnswerFixture> All { get; } =
    [
        .. Directory.GetFiles(Repository.PathOf("tests", "Gatehouse.Tests", "Traffic", "Answers")).Order().Select(Read),
    ];

    public static AnswerFixture Of(string name) => All.Single(fixture => fixture.Name == name);

    private static AnswerFixture Read(string file)
    {
        var name = Path.GetFileNameWithoutExtension(file).Replace('-', ' ');
        return new AnswerFixture(name, EndpointOf(name), File.ReadAllLines(file))
        {
            Texts = Texts.GetValueOrDefault(name) ?? [],
        };
    }

    private static Endpoint EndpointOf(string name) => name.Split(' ') switch
    {
        ["chat", ..] => Endpoint.OpenAIChat,
        ["completions", ..] => Endpoint.OpenAICompletions,
        ["responses", ..] => Endpoint.OpenAIResponses,
        ["embeddings"] => Endpoint.OpenAIEmbeddings,
        ["messages", ..] => Endpoint.AnthropicMessages,
        ["count", ..] => Endpoint.AnthropicCountTokens,
        ["ollama", "generate", ..] => Endpoint.OllamaGenerate,
        ["ollama", "embed"] => Endpoint.OllamaEmbed,
        ["ollama", "embeddings"] => Endpoint.OllamaEmbeddings,
        ["ollama", ..] => Endpoint.OllamaChat,
        _ => throw new InvalidDataException($"{name} is of no endpoint."),
    };
}
