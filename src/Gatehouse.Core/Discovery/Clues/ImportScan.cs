namespace Gatehouse.Core.Discovery.Clues;

/// <summary>
/// Tells from a line of Python or JavaScript which libraries it takes in, and what it lets the script do.
/// </summary>
internal static class ImportScan
{
    private static readonly Dictionary<string, (ClueKind Kind, string Value)> Libraries = new(StringComparer.Ordinal)
    {
        ["openai"] = (ClueKind.ModelClient, "library openai"),
        ["anthropic"] = (ClueKind.ModelClient, "library anthropic"),
        ["@anthropic-ai/sdk"] = (ClueKind.ModelClient, "library anthropic"),
        ["ollama"] = (ClueKind.ModelClient, "library ollama"),
        ["langchain"] = (ClueKind.ModelClient, "library langchain"),
        ["langchain_community"] = (ClueKind.ModelClient, "library langchain"),
        ["langchain_core"] = (ClueKind.ModelClient, "library langchain"),
        ["langchain_ollama"] = (ClueKind.ModelClient, "library langchain"),
        ["langchain_openai"] = (ClueKind.ModelClient, "library langchain"),
        ["langgraph"] = (ClueKind.ModelClient, "library langgraph"),
        ["llama_index"] = (ClueKind.ModelClient, "library llama_index"),
        ["litellm"] = (ClueKind.ModelClient, "library litellm"),
        ["google.generativeai"] = (ClueKind.ModelClient, "library google.generativeai"),
        ["google.genai"] = (ClueKind.ModelClient, "library google.genai"),
        ["@google/generative-ai"] = (ClueKind.ModelClient, "library google.generativeai"),
        ["@google/genai"] = (ClueKind.ModelClient, "library google.genai"),
        ["mistralai"] = (ClueKind.ModelClient, "library mistralai"),
        ["groq"] = (ClueKind.ModelClient, "library groq"),
        ["cohere"] = (ClueKind.ModelClient, "library cohere"),
        ["llama_cpp"] = (ClueKind.ModelClient, "library llama_cpp"),
        ["transformers"] = (ClueKind.ModelClient, "library transformers"),
        ["vllm"] = (ClueKind.ModelClient, "library vllm"),
        ["huggingface_hub"] = (ClueKind.ModelClient, "library huggingface_hub"),
        ["faster_whisper"] = (ClueKind.ModelClient, "library faster_whisper"),
        ["whisper"] = (ClueKind.ModelClient, "library whisper"),
        ["crewai"] = (ClueKind.ModelClient, "library crewai"),
        ["autogen"] = (ClueKind.ModelClient, "library autogen"),
        ["smolagents"] = (ClueKind.ModelClient, "library smolagents"),
        ["pydantic_ai"] = (ClueKind.ModelClient, "library pydantic_ai"),
        ["dspy"] = (ClueKind.ModelClient, "library dspy"),
        ["mastodon"] = (ClueKind.Sink, "mastodon"),
        ["tweepy"] = (ClueKind.Sink, "twitter"),
        ["atproto"] = (ClueKind.Sink, "bluesky"),
        ["smtplib"] = (ClueKind.Sink, "mail"),
        ["nodemailer"] = (ClueKind.Sink, "mail"),
        ["discord"] = (ClueKind.Sink, "discord"),
        ["discord_webhook"] = (ClueKind.Sink, "discord"),
        ["discord.js"] = (ClueKind.Sink, "discord"),
        ["slack_sdk"] = (ClueKind.Sink, "slack"),
        ["telegram"] = (ClueKind.Sink, "telegram"),
        ["telebot"] = (ClueKind.Sink, "telegram"),
        ["praw"] = (ClueKind.Sink, "reddit"),
        ["apprise"] = (ClueKind.Sink, "apprise"),
        ["feedparser"] = (ClueKind.Source, "rss"),
        ["rss-parser"] = (ClueKind.Source, "rss"),
        ["imaplib"] = (ClueKind.Source, "mail"),
        ["imap_tools"] = (ClueKind.Source, "mail"),
        ["subprocess"] = (ClueKind.Power, "starts programs"),
        ["child_process"] = (ClueKind.Power, "starts programs"),
        ["paramiko"] = (ClueKind.Power, "ssh"),
        ["docker"] = (ClueKind.Power, "docker"),
    };

    private static readonly (string Text, string Power)[] Calls =
    [
        ("os.system(", "starts programs"), ("os.popen(", "starts programs"), ("shutil.rmtree(", "deletes files"),
        ("os.remove(", "deletes files"), ("os.unlink(", "deletes files"), ("execSync(", "starts programs"),
        ("fs.rmSync(", "deletes files"), ("fs.unlinkSync(", "deletes files"),
    ];

    public static void Add(ClueBag bag, string where, string line)
    {
        var start = line.AsSpan().TrimStart();
        if (start.StartsWith("import ") || start.StartsWith("from ") || start.StartsWith("const ")
            || start.StartsWith("let ") || start.StartsWith("var ")
            || start.Contains("require(", StringComparison.Ordinal))
        {
            foreach (var name in Names(start.ToString()))
            {
                if (Libraries.TryGetValue(name, out var library))
                    bag.Add(library.Kind, where, library.Value);
            }
        }
        foreach (var (text, power) in Calls)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                bag.Add(ClueKind.Power, where, power);
        }
    }

    /// <summary>The libraries that a line takes in, whole and by the first part of their name.</summary>
    private static IEnumerable<string> Names(string line)
    {
        if (Quoted(line) is { } quoted)
            return [quoted, quoted.StartsWith("node:", StringComparison.Ordinal) ? quoted[5..] : quoted];
        var words = line.Split([' ', ',', '(', ')', ';', '\r'], 40, StringSplitOptions.RemoveEmptyEntries);
        if (words is ["from", var module, "import", .. var parts])
        {
            return [module, module.Split('.')[0], .. parts.Take(20).Select(part => $"{module}.{part}"),
                .. LowerOf(module)];
        }
        return words is ["import", .. var modules]
            ? modules.Take(20).SelectMany(name => (string[])[name, name.Split('.')[0]]) : [];
    }

    // Libraries of Python are named in lower case but for a few, as `from mastodon import Mastodon`.
    private static string[] LowerOf(string module) => [module.ToLowerInvariant()];

    /// <summary>What stands in quotes behind <c>from</c> or in <c>require()</c>.</summary>
    private static string? Quoted(string line)
    {
        var open = line.IndexOf("require(", StringComparison.Ordinal);
        open = open >= 0
            ? open + 8 : line.LastIndexOf(" from ", StringComparison.Ordinal) is >= 0 and var at ? at + 6 : -1;
        if (open < 0 || open >= line.Length || line[open] is not ('"' or '\''))
            return null;
        var close = line.IndexOf(line[open], open + 1);
        return close < 0 ? null : line[(open + 1)..close];
    }
}
