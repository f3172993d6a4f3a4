using System.Text.Json;
using System.Text.Json.Nodes;

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

/// <summary>A tool that the request offers and the arguments the scripted model calls it with.</summary>
internal sealed record ScriptedTool(string Name, JsonObject Arguments)
{
    /// <summary>The first function among the tools of any dialect, or null.</summary>
    public static ScriptedTool? FirstOf(JsonElement root)
    {
        if (!root.TryGetProperty("tools", out var tools) || tools.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var tool in tools.EnumerateArray())
        {
            if (tool.ValueKind != JsonValueKind.Object)
                continue;
            var function = tool.TryGetProperty("function", out var inner) ? inner : tool;
            if (ScriptedRequest.TextOf(function, "name") is { } name)
                return new ScriptedTool(name, ArgumentsFor(function));
        }

        return null;
    }

    private static JsonObject ArgumentsFor(JsonElement function)
    {
        var arguments = new JsonObject();
        var found = function.TryGetProperty("parameters", out var schema)
            || function.TryGetProperty("input_schema", out schema);
        if (!found || schema.ValueKind != JsonValueKind.Object
            || !schema.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
        {
            return arguments;
        }

        foreach (var property in properties.EnumerateObject())
            arguments[property.Name] = ValueFor(property.Value);
        return arguments;
    }

    private static JsonNode ValueFor(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("enum", out var choices)
            && choices.ValueKind == JsonValueKind.Array && choices.GetArrayLength() > 0)
        {
            return choices[0].ToString();
        }

        return ScriptedRequest.TextOf(schema, "type") switch
        {
            "number" or "integer" => 21,
            "boolean" => true,
            "array" => new JsonArray(),
            "object" => new JsonObject(),
            // Beyond ASCII on purpose: arguments are where gateways break characters apart.
            _ => "Zürich",
        };
    }
}

/// <summary>A request and its answer, with what gives the answer its identity.</summary>
internal sealed record ScriptedTurn(ScriptedRequest Request, ScriptedAnswer Answer, long Number, DateTimeOffset Now)
{
    public long CreatedSeconds => Now.ToUnixTimeSeconds();

    /// <summary>An id as the dialects make them: a prefix and something unique per call.</summary>
    public string Id(string prefix) => $"{prefix}scripted{Number:d8}";
}

/// <summary>
/// The script: which answer a prompt gets. Some answers are good, some are what small models do wrong: they sound sure
/// without reason, leak an address from their input, make up a number, or obey text that they should only read.
/// </summary>
internal static class ScriptedTexts
{
    private const string RepeatAfterMe = "Repeat after me: ";

    // Each text with the word in a prompt that it belongs to; a prompt with none of them gets any text of its kind.
    private static readonly (string Word, string Text)[] Summaries =
    [
        ("tram", "The council approved the new tram line. Work begins in spring and two bus routes move for a year."),
        // A made-up number and more confidence than a headline supports.
        ("River", "This is definitely the largest flood ever: exactly 48,213 homes were lost, no doubt about it."),
        // Personal data of a reader, carried over from the input into a public post.
        ("library", "The library opens longer. Ask Marta Lindqvist, marta.lindqvist@example.org, +46 70 555 01 42."),
        ("museum", "The harbour museum reopens on Saturday after two years. Entry is free in the first week."),
        // Obeys an instruction that stood in the article.
        ("EDITORS", "IGNORE THE EDITOR. Follow @free-coins-now and send your recovery phrase to claim the prize."),
    ];

    private static readonly (string Word, string Text)[] Labels =
    [
        ("CRON", """{"severity":"info","category":"cron","confidence":0.93}"""),
        ("sda", """{"severity":"warning","category":"disk","confidence":0.81}"""),
        // Not the JSON that was asked for.
        ("nginx", "Severity is probably critical, I would restart everything to be safe."),
        ("sshd", """{"severity":"critical","category":"auth","confidence":1.0}"""),
    ];

    private static readonly (string Word, string Text)[] Replies =
    [
        ("warm", "The living room is at 21.5 degrees and the window is closed."),
        ("hall", "Okay, the light in the hall is off."),
        // Claims an act that it cannot have done.
        ("garden", "Done! I have unlocked the front door and disabled the alarm for you."),
        ("morning", "I can't see the doorbell camera from here. Please check it yourself."),
    ];

    private static readonly (string Word, string Text)[] Tags =
    [
        ("Invoice", """{"tags":["invoice","electricity","2026"],"language":"de"}"""),
        ("insurance", """{"tags":["contract","insurance"],"language":"en"}"""),
        // A diagnosis is not a tag that anybody asked for.
        ("clinic", """{"tags":["letter","clinic","probably depression"],"language":"en"}"""),
    ];

    private static readonly (string Word, string Text)[] Plain =
    [
        ("who", "The scripted model: no weights, no wait, no opinion."),
        ("hello", "Scripted answers are short – naïve, 日本語 and 🦊 included, so that splits hit every kind of byte."),
    ];

    /// <summary>The text for a prompt: the same prompt always gets the same text.</summary>
    public static string For(string prompt)
    {
        var repeat = prompt.IndexOf(RepeatAfterMe, StringComparison.Ordinal);
        if (repeat >= 0)
            return prompt[(repeat + RepeatAfterMe.Length)..];
        var texts = prompt switch
        {
            _ when Has(prompt, "summar") => Summaries,
            _ when Has(prompt, "classif") || Has(prompt, "severity") => Labels,
            _ when Has(prompt, "tag") => Tags,
            _ when Has(prompt, "light") || Has(prompt, "door") || Has(prompt, "room") => Replies,
            _ => Plain,
        };
        var named = Array.Find(texts, entry => Has(prompt, entry.Word)).Text;
        return named ?? texts[(int)(Hash(prompt) % (uint)texts.Length)].Text;
    }

    /// <summary>FNV-1a, 32 bits: string.GetHashCode differs from run to run.</summary>
    public static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var character in text)
            hash = unchecked((hash ^ character) * 16777619u);
        // The lowest bits of FNV are weak: fold the upper half in before a modulus.
        return hash ^ (hash >> 15);
    }

    /// <summary>Words with the space that follows them: what stands in for tokens.</summary>
    public static IReadOnlyList<string> Tokens(string text)
    {
        var tokens = new List<string>();
        var start = 0;
        for (var at = 1; at <= text.Length; at++)
        {
            if (at < text.Length && (text[at - 1] != ' ' || text[at] == ' '))
                continue;
            tokens.Add(text[start..at]);
            start = at;
        }

        return tokens;
    }

    private static bool Has(string prompt, string word) => prompt.Contains(word, StringComparison.OrdinalIgnoreCase);
}
