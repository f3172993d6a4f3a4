using System.Text;

namespace Gatehouse.Core.Compose;

/// <summary>Puts variables into every value of a document; keys stay as they are.</summary>
internal static class ComposeInterpolation
{
    public static ComposeNode.Mapping Apply(
        ComposeNode.Mapping document, ComposeVariables variables, ComposeProblems problems)
        => (ComposeNode.Mapping)Of(document, variables, problems);

    // The depth is bounded by the tree that was parsed.
    private static ComposeNode Of(ComposeNode node, ComposeVariables variables, ComposeProblems problems) => node switch
    {
        ComposeNode.Mapping map => new ComposeNode.Mapping(map.Source, map.Line,
            [.. map.Entries.Select(entry => new KeyValuePair<string, ComposeNode>(
                entry.Key, Of(entry.Value, variables, problems)))], map.Tag),
        ComposeNode.Sequence list => new ComposeNode.Sequence(list.Source, list.Line,
            [.. list.Items.Select(item => Of(item, variables, problems))], list.Tag),
        ComposeNode.Scalar { IsNull: false } one when one.Value.Contains('$', StringComparison.Ordinal) =>
            new ComposeNode.Scalar(one.Source, one.Line,
                Interpolation.Apply(one.Value, variables.Find, message => problems.Add(one, message)), false, one.Tag),
        _ => node,
    };
}

/// <summary>
/// Puts variables into a text, as the Compose Specification says: <c>$NAME</c>, <c>${NAME}</c>, with <c>:-</c>,
/// <c>-</c>, <c>:?</c>, <c>?</c>, <c>:+</c> and <c>+</c>, nested, and <c>$$</c> for one dollar.
/// </summary>
internal static class Interpolation
{
    private const int DepthMax = 16; // Defaults within defaults; people write two.
    private const int LengthMax = 1 << 16; // Characters of a result; bounds lines that double the ones above them.

    /// <summary>The text with its variables put in; what is wrong is told and left out.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lookup">A variable's value; null when it is not set.</param>
    /// <param name="problem">Takes what is wrong.</param>
    public static string Apply(string text, Func<string, string?> lookup, Action<string> problem)
        => text.Contains('$', StringComparison.Ordinal) ? Apply(text, lookup, problem, 0) : text;

    private static string Apply(string text, Func<string, string?> lookup, Action<string> problem, int depth)
    {
        if (depth > DepthMax)
        {
            problem($"nests variables deeper than {DepthMax} levels");
            return "";
        }
        var result = new StringBuilder(text.Length);
        var at = 0;
        while (at < text.Length && result.Length <= LengthMax)
        {
            var dollar = text.IndexOf('$', at);
            if (dollar < 0) dollar = text.Length;
            result.Append(text, at, dollar - at);
            at = dollar;
            if (at >= text.Length) break;
            at = One(text, at, new Step(lookup, problem, depth), result);
        }
        if (result.Length <= LengthMax) return result.ToString();
        problem("becomes too long with its variables put in");
        return "";
    }

    /// <summary>Puts in what one dollar stands for.</summary>
    /// <returns>The index behind it.</returns>
    private static int One(string text, int at, Step step, StringBuilder result)
    {
        var next = at + 1 < text.Length ? text[at + 1] : '\0';
        if (next == '$')
        {
            result.Append('$');
            return at + 2;
        }
        if (next == '{')
        {
            var end = Closing(text, at + 2);
            if (end >= 0)
            {
                result.Append(Braced(text[(at + 2)..end], step));
                return end + 1;
            }
        }
        var length = NameLength(text.AsSpan(at + 1));
        if (length == 0)
        {
            step.Problem("holds a `$` that starts no variable; write `$$` for a dollar");
            result.Append('$');
            return at + 1;
        }
        result.Append(step.Lookup(text.Substring(at + 1, length)));
        return at + 1 + length;
    }

    private static string Braced(string inner, Step step)
    {
        var length = NameLength(inner);
        var rest = inner[length..];
        if (length == 0)
        {
            step.Problem("holds a `${…}` without a variable's name");
            return "";
        }
        var name = inner[..length];
        var value = step.Lookup(name);
        if (rest.Length == 0) return value ?? "";
        var isColon = rest[0] == ':';
        var isSet = value is not null && !(isColon && value.Length == 0);
        var sign = rest.Length > (isColon ? 1 : 0) ? rest[isColon ? 1 : 0] : '\0';
        var word = rest.Length > (isColon ? 2 : 1) ? rest[(isColon ? 2 : 1)..] : "";
        switch (sign)
        {
            case '-':
                return isSet ? value! : step.Inner(word);
            case '+':
                return isSet ? step.Inner(word) : "";
            case '?':
                if (!isSet) step.Problem($"needs the variable {name}, which is not set");
                return value ?? "";
            default:
                step.Problem($"holds `${{{name}…}}` with an operator that Compose does not know");
                return value ?? "";
        }
    }

    /// <summary>Index of the brace that closes the one before <paramref name="at"/>; -1 when none does.</summary>
    private static int Closing(string text, int at)
    {
        var open = 1;
        for (; at < text.Length; at++)
        {
            if (text[at] == '$' && at + 1 < text.Length && text[at + 1] == '{') open++;
            else if (text[at] == '}' && --open == 0) return at;
        }
        return -1;
    }

    private static int NameLength(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !(char.IsAsciiLetter(text[0]) || text[0] == '_')) return 0;
        var length = 1;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] == '_')) length++;
        return length;
    }

    private readonly record struct Step(Func<string, string?> Lookup, Action<string> Problem, int Depth)
    {
        public string Inner(string word) => Apply(word, Lookup, Problem, Depth + 1);
    }
}
