using System.Buffers;

namespace Gatehouse.Core.Guards;

/// <summary>
/// Finds sentences that state a figure about the world without a source in the same sentence. A figure is a share, an
/// amount of money, a year, a large number, or a number with a unit or something counted behind it. Not claims: what
/// stands in the prompt, list markers, steps and instructions, times of day, versions, names with numbers, code,
/// questions, suppositions, and arithmetic with what is given.
/// </summary>
/// <param name="given">The numbers of the prompt, by <see cref="PromptNumbers.Of"/>.</param>
public sealed class UnsourcedNumberDetector(IReadOnlySet<string> given) : TextDetector
{
    // Less than a candidate may keep waiting: a longer block of code is read as lines.
    private const int FenceMax = 8_000;

    private const int ResultsMax = 1_500;

    private static readonly TextRule Rule = new("claim/unsourced-number", 1, "figure without a source",
        "The town has 48,210 inhabitants.",
            "Gatehouse: figures need an address, a citation, an attribution or the prompt");

    private static readonly TextRule[] All = [Rule];

    private static readonly SearchValues<string> Sources = SearchValues.Create(
        ["http://", "https://", "www.", "doi:", "according to", "reported by", "as reported", "reported that",
            "source:",
            "sources:", "data from", "figures from", "published in", "published by", "survey by", "study by",
            "research by", "report by", "census", "study from", "survey from", "report from", "per the ", "cited by",
            "estimated by", " et al",
            "laut ", "zufolge", "nach angaben", "quelle:", "selon ", "d'après", "según ", "fuente:", "de acuerdo con"],
        StringComparison.OrdinalIgnoreCase);

    // Whoever says so does not state it.
    private static readonly SearchValues<string> Suppositions = SearchValues.Create(
        ["let's ", "let us ", " should ", "suppose ", "imagine ", "assume ", "assuming ", "hypothetical",
            "angenommen", "supposons", "supongamos"],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<char> Clauses = SearchValues.Create(",:;");

    private static readonly SearchValues<string> Arithmetic = SearchValues.Create(
        ["=", " + ", " × ", " * ", " ÷ ", " plus ", " minus ", "divided by", "multiplied by", "multiply", "subtract",
            "the sum",
            "adds up", "equals", "\\frac", "\\times", "equation", "formula", "square root"],
        StringComparison.OrdinalIgnoreCase);

    // What begins an instruction.
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Imperatives = new HashSet<string>(
        """
        add adjust aim allow apply arrange attach avoid bake beat begin blend boil bring brush build buy calculate
        celebrate check chill choose chop click combine complete connect consider continue cook cool cover create cut
        dice dip discover divide do drain dress drink drizzle drop eat enjoy enter explore fill find flip fold follow
        freeze fry garnish get give go grab grate grease grill heat hold immerse include insert install introducing
        invest join keep knead lay leave let limit line lift listen lower maintain make marinate mash measure melt mix
        move open pat peel pick place plan plant plug point pour practice preheat prepare press pull push put raise
        read reduce refrigerate remove repeat research reserve rest return rinse rinsing roast roll rotate run save
        scoop sear season seek select separate serve set shake sift simmer slice soak spend spray spread sprinkle
        squeeze stand start stay steam step stir stop store strain stretch take taste test thaw thread tie toss
        transfer trim try turn use visit wait walk wash whisk wrap write bis optional ingredients serves servings yield
        prep total makes
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    // Words before a number that make it a name.
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Namers = new HashSet<string>(
        """
        step chapter section part figure table page line version option example question answer number no nr item level
        phase day week lesson episode season volume rule type method act scene verse article room gate flight route
        highway formula apollo windows iphone python grade class round exercise problem paragraph scenario tip next
        stage note appendix ps playstation
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    // Behind a number: large numbers, shares and money. They make it a figure by themselves.
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Scales = new HashSet<string>(
        """
        percent percentage million billion trillion thousand hundred dollars dollar euros euro pounds usd eur gbp cents
        bn prozent millionen milliarden milliards pourcent millones
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    // Units, and what statistics count.
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Units = new HashSet<string>(
        """
        km kilometers kilometres kilometer mile miles m meters metres meter cm centimeters mm nm millimeters feet foot
        ft inches inch yards acres acre hectares square cubic sq kg kilograms grams gram g mg milligrams lbs lb ounces
        oz ton tons tonnes liters litres gallons mph kph knots degrees °c °f celsius fahrenheit kelvin hz khz mhz ghz
        watts kw mw gw kwh volts amp amps calories kcal kb mb gb tb gigabytes megabytes terabytes bits years year
        months weeks days hours minutes seconds decades centuries century people persons inhabitants residents citizens
        men women children students employees workers members users customers patients deaths cases soldiers troops
        players teams countries states cities species languages islands copies albums songs films movies books episodes
        games goals points medals awards votes seats universities schools hospitals stores restaurants locations bones
        teeth chromosomes elements planets moons stars times fold
        """.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase)
        .GetAlternateLookup<ReadOnlySpan<char>>();

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
        if (text[anchor] == '`' && text[anchor + 1] == '`' && text[anchor + 2] == '`')
            return FenceEnd(ref text, anchor);
        var end = Sentences.EndOf(ref text, anchor);
        // Only whole sentences are judged.
        if (text.ReadEnd)
            return end;
        var sentence = text.Text[anchor..end].TrimEnd();
        if (IsClaim(text.Text[Math.Max(0, anchor - ResultsMax)..anchor], sentence))
            found.Add(new Found(Rule, anchor, sentence.Length));
        return end;
    }

    private static int FenceEnd(ref TextCursor text, int anchor)
    {
        var rest = text.Text[Math.Min(anchor + 3, text.Text.Length)..];
        if (rest.Length > FenceMax)
            rest = rest[..FenceMax];
        var close = rest.IndexOf("```");
        if (close >= 0)
            return anchor + 3 + close + 3;
        if (rest.Length < FenceMax)
        {
            _ = text[text.Text.Length];
            return text.Text.Length;
        }

        // So much code: its lines are read like others.
        return anchor + 3;
    }

    private bool IsClaim(ReadOnlySpan<char> before, ReadOnlySpan<char> sentence)
    {
        if (sentence.IndexOfAnyInRange('0', '9') < 0 || sentence[^1] == '?')
            return false;
        var body = sentence[Marker(sentence)..];
        if (body.IsEmpty || body.IndexOfAnyInRange('0', '9') < 0)
            return false;
        var (hasFigure, hasGiven) = (false, false);
        for (var at = 0; at < body.Length;)
        {
            if (body[at] == '`')
            {
                var close = body[(at + 1)..].IndexOf('`');
                at = close < 0 ? body.Length : at + close + 2;
                continue;
            }

            if (!char.IsAsciiDigit(body[at]))
            {
                at++;
                continue;
            }

            var end = PromptNumbers.End(body, at);
            if (given.Contains(PromptNumbers.Normal(body[at..end])))
                hasGiven = true;
            else
                hasFigure |= IsFigure(body, at, end) && !IsResult(before, body[at..end]);
            at = end;
        }

        return hasFigure && !IsInstruction(body) && !body.ContainsAny(Suppositions) && !HasSource(body)
            && !(body.ContainsAny(Arithmetic) && (hasGiven || body.Contains('=')));
    }

    // What an equation shortly before came to: "… = $120" and then "so $120 are left".
    private static bool IsResult(ReadOnlySpan<char> before, ReadOnlySpan<char> number)
    {
        for (var at = before.IndexOf('='); at >= 0 && at + 1 < before.Length;)
        {
            var start = at + 1;
            while (start < before.Length && before[start] is ' ' or '$' or '€' or '£' or '≈' or '~')
                start++;
            if (PromptNumbers.End(before, start) - start == number.Length && before[start..].StartsWith(number))
                return true;
            var next = before[(at + 1)..].IndexOf('=');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return false;
    }

    // "1. ", "(2) ", "- ", "* ", "### 3) "
    private static int Marker(ReadOnlySpan<char> sentence)
    {
        var at = 0;
        while (at < sentence.Length && sentence[at] is '-' or '*' or '#' or '•' or ' ' or '(' or '|' or '>' or '_'
            or '"' or '“')
        {
            at++;
        }

        var digits = at;
        while (digits < sentence.Length && digits - at < 3 && char.IsAsciiDigit(sentence[digits]))
            digits++;
        if (digits == at || digits >= sentence.Length || sentence[digits] is not ('.' or ')' or ':'))
            return at;
        if (digits + 1 < sentence.Length && char.IsAsciiDigit(sentence[digits + 1]))
            return at;
        at = digits + 1;
        while (at < sentence.Length && sentence[at] is ' ' or '*' or ')' or '"' or '“')
            at++;
        return at;
    }

    // A verb at the front, or an amount at the front of a line: "2 cups flour". "You should" and "for 5 minutes, stir".
    private static bool IsInstruction(ReadOnlySpan<char> body)
    {
        var first = Word(body, 0);
        if (Imperatives.Contains(body[..first]) || body.StartsWith("you ", StringComparison.OrdinalIgnoreCase)
            || body.StartsWith("if ", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // "Once done, carefully add", "Resting: In a bowl, mix", "then add": the verb stands further back.
        for (var at = 0; at < Math.Min(body.Length, 160);)
        {
            var start = at;
            var word = body[at..Word(body, at)];
            var next = at + word.Length;
            if (word.EndsWith("ly", StringComparison.Ordinal) || word.Equals("then", StringComparison.OrdinalIgnoreCase)
                || word.Equals("and", StringComparison.OrdinalIgnoreCase) || word is "Next" or "Please")
            {
                next = Math.Min(next + 1, body.Length);
                start = next;
                word = body[next..Word(body, next)];
            }

            if (Imperatives.Contains(word) && !body[start..].StartsWith("let alone"))
                return true;
            var mark = body[at..].IndexOfAny(Clauses);
            if (mark < 0)
                break;
            at = Math.Min(at + mark + 2, body.Length);
            while (at < body.Length && body[at] is ' ' or '*')
                at++;
        }

        // An ingredient has no verb and no end of a sentence.
        return body[0] is >= '0' and <= '9' or '½' or '¼' or '¾' or '⅓' && (body[^1] is not ('.' or '!')
            || body.Length < 12) && body.Length < 100
            && !IsYear(body, 0, PromptNumbers.End(body, 0)) && IsAmount(body);
    }

    // "2 cups", "200g", "1/2", "2-3"; not "42nd", "15-amp".
    private static bool IsAmount(ReadOnlySpan<char> body)
    {
        var end = PromptNumbers.End(body, 0);
        return end == 0 || end == body.Length || body[end] is ' ' or '/' || body[end] == '-'
            && end + 1 < body.Length && char.IsAsciiDigit(body[end + 1]) || char.IsLetter(body[end])
            && IsUnitBehind(body, end);
    }

    private static bool IsFigure(ReadOnlySpan<char> body, int at, int end)
    {
        var before = at > 0 ? body[at - 1] : ' ';
        var after = end < body.Length ? body[end] : ' ';
        if (before is '$' or '€' or '£' or '¥' || after is '%' or '€' or '£' or '°' || at > 1 && before == ' '
            && body[at - 2] is '$' or '€')
        {
            return true;
        }

        // COVID-19, B12, 2x, 10:30, 1/2, #3, [1], v1.2, x^2
        if (before == '-' && IsYear(body, at, end))
            return true;
        if (char.IsLetter(before) || before is '_' or '#' or '/' or ':' or '[' or '^' or '\\' or '@'
            || before is '-' && at > 1 && char.IsLetter(body[at - 2]))
        {
            return false;
        }

        if (after is ':' or '/' && end + 1 < body.Length && char.IsAsciiDigit(body[end + 1]))
            return false;
        var number = body[at..end];
        if (number.Count('.') > 1 || IsNamed(body, at))
            return false;
        if (after == 's' && number.Length == 4 || IsYear(body, at, end))
            return true;
        if (char.IsLetter(after) && !IsUnitBehind(body, end))
            return false;
        // 48,210
        if (IsThousands(number))
            return true;
        var next = after is ' ' or '-' or '\u00a0' ? end + 1 : end;
        for (var words = 0; words < 2 && next < body.Length; words++)
        {
            var stop = Word(body, next);
            if (stop == next)
                break;
            var word = body[next..stop];
            if (words == 0 && (IsClock(word) || word is "grade" or "grades" or "series" or "model" or "edition"))
                return false;
            if (words == 0 && Scales.Contains(word) || Units.Contains(word))
                return true;
            if (stop >= body.Length || body[stop] is not (' ' or '-'))
                break;
            next = stop + 1;
        }

        return number.Length >= 3 && number.IndexOfAny('.', ',') < 0 && at > 1 && body[at - 2] != ':';
    }

    private static bool IsThousands(ReadOnlySpan<char> number)
    {
        var comma = number.IndexOf(',');
        return comma is > 0 and <= 3 && (number.Length - comma) % 4 == 0 && number[(comma
            + 1)..].IndexOf(',') is -1 or 3;
    }

    private static bool IsUnitBehind(ReadOnlySpan<char> body, int end) => Units.Contains(body[end..Word(body, end)])
        || Scales.Contains(body[end..Word(body, end)]);

    private static bool IsClock(ReadOnlySpan<char> word) => word.StartsWith("am", StringComparison.OrdinalIgnoreCase)
        && word.Length == 2 || word.StartsWith("pm", StringComparison.OrdinalIgnoreCase) && word.Length == 2
        || word is "a" or "p" or "A" or "P" or "Uhr" or "AM" or "PM" or "heures" or "o";

    private static bool IsYear(ReadOnlySpan<char> body, int at, int end) => end - at == 4 && body[at] is '1' or '2'
        && body[at..end].IndexOfAnyExceptInRange('0', '9') < 0 && (body[at] == '1' || body[at + 1] == '0')
        && (end == body.Length || !char.IsLetter(body[end]) || body[end] == 's');

    private static bool IsNamed(ReadOnlySpan<char> body, int at)
    {
        if (at < 2 || body[at - 1] is not (' ' or '-'))
            return false;
        var start = at - 1;
        while (start > 0 && char.IsLetter(body[start - 1]))
            start--;
        return Namers.Contains(body[start..(at - 1)]);
    }

    private static int Word(ReadOnlySpan<char> body, int at)
    {
        while (at < body.Length && (char.IsLetter(body[at]) || body[at] is '°'))
            at++;
        return at;
    }

    // An address, an attribution, "[1]", "(Smith 2020)", "(Smith & Lee, 2020)".
    private static bool HasSource(ReadOnlySpan<char> body)
    {
        if (body.ContainsAny(Sources))
            return true;
        for (var at = 0; at < body.Length; at++)
        {
            if (body[at] is not ('[' or '('))
                continue;
            var close = body[at..].IndexOfAny(']', ')');
            if (close < 0)
                return false;
            var inner = body.Slice(at + 1, close - 1);
            if (body[at] == '[' && inner.Length is > 0 and < 5 && char.IsAsciiDigit(inner[^1]))
                return true;
            if (body[at] == '(' && inner.Length is > 7 and < 60 && char.IsUpper(inner[0])
                && IsYear(inner, inner.Length - 4, inner.Length)
                && inner[^5] is ' ' && !IsMonth(inner))
            {
                return true;
            }

            at += close;
        }

        return false;
    }

    // "(July 4, 1776)" is no citation.
    private static bool IsMonth(ReadOnlySpan<char> inner) => inner.ContainsAny(MonthStarts);

    private static readonly SearchValues<string> MonthStarts = SearchValues.Create(
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
            "december", "born", "died", "since", "until", "in ", "from", "as of", "around", "circa"],
        StringComparison.OrdinalIgnoreCase);
}
