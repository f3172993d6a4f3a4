namespace Gatehouse.Demo;

/// <summary>What the scripted model says to one request, before a dialect gives it a shape.</summary>
internal sealed record ScriptedAnswer
{
    /// <summary>The text in pieces; without end if the request asked for that.</summary>
    public required IEnumerable<string> Tokens { get; init; }

    public required int TokenCount { get; init; }

    /// <summary>The request's limit ended the text.</summary>
    public bool Truncated { get; init; }

    public ScriptedTool? Tool { get; init; }

    public string? Thinking { get; init; }

    /// <summary>The text is a refusal and goes into the dialect's field for that, if it has one.</summary>
    public bool Refused { get; init; }

    public string Text() => string.Concat(Tokens);

    /// <summary>The tool's arguments as the JSON text that OpenAI and Anthropic stream in fragments.</summary>
    public string ArgumentsText() => Tool is null ? "" : ScriptedJson.Text(Tool.Arguments);

    /// <summary>Cuts a text into fragments of the given length, at least one.</summary>
    public static IEnumerable<string> Fragments(string text, int length)
    {
        for (var at = 0; at < text.Length; at += length)
            yield return text.Substring(at, Math.Min(length, text.Length - at));
    }
}
