namespace Gatehouse.Demo;

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
