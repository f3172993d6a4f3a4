namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>
/// Tells from a line of Python or JavaScript which libraries it takes in, and what it lets the script do.
/// </summary>
internal static class ImportScan
{
    private const int LinesMax = 2_000; // Lines of a script in which imports are looked for.
    private const int NameMax = 80; // Letters of a module's name.

    private static readonly Dictionary<string,
        (EvidenceKind Kind, string Value)> Libraries = new(StringComparer.Ordinal)
        {
            ["openai"] = (EvidenceKind.ModelClient, "library openai"),
            ["anthropic"] = (EvidenceKind.ModelClient, "library anthropic"),
            ["@anthropic-ai/sdk"] = (EvidenceKind.ModelClient, "library anthropic"),
            ["ollama"] = (EvidenceKind.ModelClient, "library ollama"),
            ["langchain"] = (EvidenceKind.ModelClient, "library langchain"),
            ["langchain_community"] = (EvidenceKind.ModelClient, "library langchain"),
            ["langchain_core"] = (EvidenceKind.ModelClient, "library langchain"),
            ["langchain_ollama"] = (EvidenceKind.ModelClient, "library langchain"),
            ["langchain_openai"] = (EvidenceKind.ModelClient, "library langchain"),
            ["langgraph"] = (EvidenceKind.ModelClient, "library langgraph"),
            ["llama_index"] = (EvidenceKind.ModelClient, "library llama_index"),
            ["litellm"] = (EvidenceKind.ModelClient, "library litellm"),
            ["google.generativeai"] = (EvidenceKind.ModelClient, "library google.generativeai"),
            ["google.genai"] = (EvidenceKind.ModelClient, "library google.genai"),
            ["@google/generative-ai"] = (EvidenceKind.ModelClient, "library google.generativeai"),
            ["@google/genai"] = (EvidenceKind.ModelClient, "library google.genai"),
            ["mistralai"] = (EvidenceKind.ModelClient, "library mistralai"),
            ["groq"] = (EvidenceKind.ModelClient, "library groq"),
            ["cohere"] = (EvidenceKind.ModelClient, "library cohere"),
            ["llama_cpp"] = (EvidenceKind.ModelClient, "library llama_cpp"),
            ["transformers"] = (EvidenceKind.ModelClient, "library transformers"),
            ["vllm"] = (EvidenceKind.ModelClient, "library vllm"),
            ["huggingface_hub"] = (EvidenceKind.ModelClient, "library huggingface_hub"),
            ["faster_whisper"] = (EvidenceKind.ModelClient, "library faster_whisper"),
            ["whisper"] = (EvidenceKind.ModelClient, "library whisper"),
            ["crewai"] = (EvidenceKind.ModelClient, "library crewai"),
            ["autogen"] = (EvidenceKind.ModelClient, "library autogen"),
            ["smolagents"] = (EvidenceKind.ModelClient, "library smolagents"),
            ["pydantic_ai"] = (EvidenceKind.ModelClient, "library pydantic_ai"),
            ["dspy"] = (EvidenceKind.ModelClient, "library dspy"),
            ["mastodon"] = (EvidenceKind.Sink, "mastodon"),
            ["tweepy"] = (EvidenceKind.Sink, "twitter"),
            ["atproto"] = (EvidenceKind.Sink, "bluesky"),
            ["smtplib"] = (EvidenceKind.Sink, "mail"),
            ["nodemailer"] = (EvidenceKind.Sink, "mail"),
            ["discord"] = (EvidenceKind.Sink, "discord"),
            ["discord_webhook"] = (EvidenceKind.Sink, "discord"),
            ["discord.js"] = (EvidenceKind.Sink, "discord"),
            ["slack_sdk"] = (EvidenceKind.Sink, "slack"),
            ["telegram"] = (EvidenceKind.Sink, "telegram"),
            ["telebot"] = (EvidenceKind.Sink, "telegram"),
            ["praw"] = (EvidenceKind.Sink, "reddit"),
            ["apprise"] = (EvidenceKind.Sink, "apprise"),
            ["feedparser"] = (EvidenceKind.Source, "rss"),
            ["rss-parser"] = (EvidenceKind.Source, "rss"),
            ["imaplib"] = (EvidenceKind.Source, "mail"),
            ["imap_tools"] = (EvidenceKind.Source, "mail"),
            ["subprocess"] = (EvidenceKind.Power, "starts programs"),
            ["child_process"] = (EvidenceKind.Power, "starts programs"),
            ["paramiko"] = (EvidenceKind.Power, "ssh"),
            ["docker"] = (EvidenceKind.Power, "docker"),
        };

    private static readonly (string Text, string Power)[] Calls =
    [
        ("os.system(", "starts programs"), ("os.popen(", "starts programs"), ("shutil.rmtree(", "deletes files"),
        ("os.remove(", "deletes files"), ("os.unlink(", "deletes files"), ("execSync(", "starts programs"),
        ("fs.rmSync(", "deletes files"), ("fs.unlinkSync(", "deletes files"),
    ];

    public static void Add(EvidenceBag bag, string where, string line)
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
                bag.Add(EvidenceKind.Power, where, power);
        }
    }

    /// <summary>
    /// Names of modules that a script of Python takes in, each once; a part of another one is left out.
    /// </summary>
    public static IEnumerable<string> Modules(string text) => text.Split('\n', LinesMax + 1).Take(LinesMax)
        .Select(static line => line.Trim().Split([' ', ','], 40, StringSplitOptions.RemoveEmptyEntries))
        .SelectMany(static words => words switch
        {
            ["from", var module, "import", ..] => [module.TrimStart('.')],
            ["import", .. var modules] => modules,
            _ => Array.Empty<string>(),
        })
        .Where(static name => name.Length is > 0 and <= NameMax
            && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '_')).Distinct();

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
