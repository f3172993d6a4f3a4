using System.Buffers;

namespace Gatehouse.Core.Guards;

/// <summary>
/// Finds sentences that claim certainty in words, in English, German, French and Spanish. Not when the words are denied
/// ("nothing is guaranteed"), quoted, asked, supposed, or said of a product or a right ("money-back guarantee").
/// </summary>
public sealed class OverconfidenceDetector : TextDetector
{
    private static readonly TextRule Rule = new("claim/overconfident", 1, "certainty in words",
        "This will definitely work.", "Gatehouse: phrases of certainty in en, de, fr and es");

    private static readonly TextRule[] All = [Rule];

    private static readonly string[] Phrases =
    [
        "i am certain", "i'm certain", "i’m certain", "we are certain", "is certain that", "absolutely certain",
        "absolutely sure", "completely certain", "completely sure", "totally sure", "i am sure that",
        "i'm positive that", "i am positive that", "100% sure", "100 % sure", "100% certain", "100 % certain",
        "100 percent sure", "100 percent certain", "100% guarantee", "one hundred percent", "definitely",
        "undoubtedly", "doubtlessly", "without a doubt", "without any doubt", "without doubt", "without a shadow",
        "no doubt", "beyond doubt", "beyond a doubt", "beyond any doubt", "there is no question",
        "there's no question", "without question", "unquestionably", "unquestionable", "indisputably", "indisputable",
        "irrefutable", "irrefutably", "undeniable", "undeniably", "incontrovertible", "inarguably",
        "it is a fact that", "it's a fact that", "guaranteed", "i guarantee", "i can guarantee", "we guarantee",
        "will guarantee", "with absolute certainty", "with complete certainty", "with certainty",
        "with 100% certainty", "rest assured", "make no mistake", "certainly", "can absolutely", "will absolutely",
        "is sure to", "are sure to", "it's sure to", "guarantees to", "guarantees that", "never fails", "cannot fail",
        "can't fail", "zweifellos", "zweifelsohne", "ohne zweifel", "ohne jeden zweifel", "garantiert", "ganz sicher",
        "mit sicherheit", "hundertprozentig", "ich bin sicher", "ich bin mir sicher", "definitiv", "außer frage",
        "unbestreitbar", "sans aucun doute", "sans le moindre doute", "je suis certain", "je suis sûr",
        "il est certain que", "est garanti", "indéniable", "à coup sûr", "incontestable", "c'est un fait que",
        "sin duda", "sin ninguna duda", "sin lugar a dudas", "estoy seguro", "estoy segura", "definitivamente",
        "está garantizado", "indudable", "es un hecho que", "con toda seguridad",
    ];

    private static readonly SearchValues<string> Any = SearchValues.Create(Phrases, StringComparison.OrdinalIgnoreCase);

    // What every phrase has in it: few, short and ASCII, so that most sentences are let go by one vectorised pass.
    private static readonly SearchValues<string> Stems = SearchValues.Create(
        ["certain", "definit", "guarant", "garanti", "garantiz", "doubt", "question", "hundred", "sure", "assured",
            "mistake", "fail",
            "positive", "disput", "refut", "deniab", "controvert", "inargu", "fact that", "zweif", "sicher", "hundert",
            "frage",
            "bestreit", "doute", "contest", "niable", "fait que", "duda", "segur", "indud", "hecho", "je suis s",
                "coup s", "absolutely"],
        StringComparison.OrdinalIgnoreCase);

    // Before the words, in the same clause.
    private static readonly string[] Denials =
    [
        "not", "n't", "n’t", "cannot", "never", "nothing", "nobody", "none", "no", "without being", "neither", "nor",
        "hardly", "impossible", "difficult", "almost", "nicht", "kein", "keine", "keinen", "nie", "nichts", "pas",
        "rien", "jamais", "nada", "nunca", "tampoco", "less than",
    ];

    private static readonly string[] Conditions =
    [
        "if", "whether", "unless", "when", "until", "wenn", "ob", "falls", "si", "sobald", "are you", "how",
    ];

    // What follows where a product or a right is meant.
    private static readonly string[] Rights =
    [
        "income", "minimum", "rate", "rates", "return", "returns", "loan", "loans", "payment", "payments", "benefit",
        "delivery", "rights", "right", "by the constitution", "by law", "by the first", "by the", "under", "freedom",
        "freedoms", "stay", "issuance", "access",
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<TextRule> Rules => All;

    /// <inheritdoc/>
    public override int NextAnchor(ref TextCursor text, int from)
    {
        while (from < text.Text.Length && char.IsWhiteSpace(text[from]))
            from++;
        return from;
    }

    /// <inheritdoc/>
    public override int Match(ref TextCursor text, int anchor, List<Found> found)
    {
        var end = Sentences.EndOf(ref text, anchor);
        // Only whole sentences are judged.
        if (text.ReadEnd)
            return end;
        var sentence = text.Text[anchor..end].TrimEnd();
        if (!sentence.IsEmpty && IsOverconfident(sentence))
            found.Add(new Found(Rule, anchor, sentence.Length));
        return end;
    }

    private static bool IsOverconfident(ReadOnlySpan<char> sentence)
    {
        if (!sentence.ContainsAny(Stems) || sentence[^1] == '?')
            return false;
        for (var from = 0; from < sentence.Length;)
        {
            var at = sentence[from..].IndexOfAny(Any);
            if (at < 0)
                return false;
            at += from;
            var end = at;
            foreach (var phrase in Phrases)
            {
                if (sentence[at..].StartsWith(phrase, StringComparison.OrdinalIgnoreCase))
                    end = Math.Max(end, at + phrase.Length);
            }

            var isWhole = (at == 0 || !char.IsLetter(sentence[at - 1]))
                && (end == sentence.Length || !char.IsLetter(sentence[end]));
            if (isWhole && !IsQuoted(sentence, at) && !IsDenied(sentence, at) && !IsRight(sentence, at, end)
                && !IsReply(sentence, at, end))
            {
                return true;
            }

            from = end;
        }

        return false;
    }

    // "Definitely! Here is" answers a request, "I can certainly help" offers something.
    private static bool IsReply(ReadOnlySpan<char> sentence, int at, int end) =>
        at == 0 && (end == sentence.Length || sentence[end] is '!' or '.'
            || sentence[end] == ',' && sentence[0] is 'C' or 'D') || IsOffer(sentence[..at].TrimEnd());

    private static bool IsOffer(ReadOnlySpan<char> before)
    {
        var last = before[(before.LastIndexOf(' ') + 1)..];
        if (last is "can" or "will" or "would" or "could" && before.Length > last.Length)
        {
            before = before[..^(last.Length + 1)];
            last = before[(before.LastIndexOf(' ') + 1)..];
        }

        return last is "I" or "We" or "we" or "I'll" or "I’ll" or "I'd" or "I’d" or "We'll" or "we'll";
    }

    // An odd number of marks before it: within a quotation; so it is within code.
    private static bool IsQuoted(ReadOnlySpan<char> sentence, int at)
    {
        var before = sentence[..at];
        return before.Count('"') % 2 == 1 || before.Count('“') > before.Count('”')
            || before.Count('«') > before.Count('»')
            || before.Count('„') > before.Count('“') + before.Count('”') || before.Count('`') % 2 == 1;
    }

    private static bool IsDenied(ReadOnlySpan<char> sentence, int at)
    {
        var before = sentence[..at];
        var clause = before[(before.LastIndexOfAny(",;:—") + 1)..];
        return HasWord(clause[^Math.Min(clause.Length, 40)..], Denials) || HasWord(clause, Conditions);
    }

    private static bool HasWord(ReadOnlySpan<char> clause, string[] words)
    {
        foreach (var word in words)
        {
            for (var from = 0; from < clause.Length;)
            {
                var at = clause[from..].IndexOf(word, StringComparison.OrdinalIgnoreCase);
                if (at < 0)
                    break;
                at += from;
                var end = at + word.Length;
                if ((at == 0 || !char.IsLetter(clause[at - 1]) || word[0] == 'n' && word[1] is '\'' or '’')
                    && (end == clause.Length || !char.IsLetter(clause[end])))
                {
                    return true;
                }

                from = end;
            }
        }

        return false;
    }

    private static bool IsRight(ReadOnlySpan<char> sentence, int at, int end)
    {
        if (!sentence[at..].StartsWith("guarant", StringComparison.OrdinalIgnoreCase))
            return false;
        var rest = sentence[end..].TrimStart();
        foreach (var right in Rights)
        {
            if (rest.StartsWith(right, StringComparison.OrdinalIgnoreCase)
                && (rest.Length == right.Length || !char.IsLetter(rest[right.Length])))
            {
                return true;
            }
        }

        return false;
    }
}
