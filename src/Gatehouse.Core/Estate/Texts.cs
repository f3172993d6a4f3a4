namespace Gatehouse.Core.Estate;

/// <summary>Values of the file as messages may show them: short, printable, and never a secret.</summary>
internal static class DisplayText
{
    private const int QuoteMax = 60; // Characters, so that a message stays on one line.
    private const int TextMax = 200;

    // Prefixes that well-known services give to their keys, from the patterns of public secret scanners.
    private static readonly string[] SecretPrefixes =
    [
        "sk-", "sk_", "pk_live", "rk_live", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "gsk_", "hf_",
        "xai-", "xox", "AIza", "AKIA", "ASIA", "eyJ", "r8_", "pplx-", "nvapi-", "ya29.", "Bearer ", "-----BEGIN",
    ];

    /// <summary>A value in backticks, or a note that it looks like a secret.</summary>
    public static string Quote(string value) =>
        LooksSecret(value) ? "a value that looks like a secret" : $"`{Shorten(value, QuoteMax)}`";

    /// <summary>A text from elsewhere, such as a parser's message.</summary>
    public static string Of(string text) => Shorten(text, TextMax);

    /// <summary>True when a value looks like a token: a known prefix, or a long word of letters and digits.</summary>
    public static bool LooksSecret(string value)
    {
        foreach (var prefix in SecretPrefixes)
        {
            var at = value.IndexOf(prefix, StringComparison.Ordinal);
            if (at >= 0 && value.Length - at >= prefix.Length + 8)
                return true;
        }
        var (run, digits) = (0, 0);
        foreach (var c in value)
        {
            var inWord = char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+' or '=';
            run = inWord ? run + 1 : 0;
            digits = inWord ? digits + (char.IsAsciiDigit(c) ? 1 : 0) : 0;
            // 24 characters with 4 digits: a random token has them, names that people choose do not.
            if (run > 24 && digits >= 4)
                return true;
        }
        return false;
    }

    private static string Shorten(string text, int max)
    {
        var shown = text.Length <= max ? text : string.Concat(text.AsSpan(0, max), "…");
        return string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) || c == '`' ? '?' : c));
    }
}

/// <summary>One change of a text.</summary>
/// <param name="At">Index at which it starts.</param>
/// <param name="Length">Characters that it removes.</param>
/// <param name="Text">What comes in their place.</param>
internal readonly record struct TextCut(int At, int Length, string Text);

/// <summary>A text seen as lines, whatever ends them.</summary>
internal sealed class TextLines
{
    private readonly string _text;
    private readonly List<int> _starts = [0];

    public TextLines(string text)
    {
        _text = text;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
                _starts.Add(i + 1);
        }
        if (_starts[^1] == text.Length) _starts.RemoveAt(_starts.Count - 1);
        End = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
    }

    /// <summary>The line end that the text uses.</summary>
    public string End { get; }

    public int Count => _starts.Count;

    /// <summary>The line that holds an index; the last one for the end of the text.</summary>
    public int LineOf(int index)
    {
        var found = _starts.BinarySearch(index);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>Puts whole lines before a line; behind the last one where the text may lack its line end.</summary>
    public TextCut InsertAt(int line, string lines)
    {
        if (line < Count) return new TextCut(_starts[line], 0, lines);
        var isEnded = _text.Length == 0 || _text[^1] is '\n' or '\r';
        return new TextCut(_text.Length, 0, isEnded ? lines : End + lines);
    }

    /// <summary>Takes a part out, and the blanks before it where nothing else follows on its line.</summary>
    public TextCut Without(int start, int end)
    {
        var isLast = end == _text.Length || _text[end] is '\n' or '\r';
        while (isLast && start > 0 && _text[start - 1] == ' ') start--;
        return new TextCut(start, end - start, "");
    }

    /// <summary>
    /// The line behind a block: empty lines, and comments that are not indented as far as its entries, belong to
    /// what follows.
    /// </summary>
    /// <param name="first">Line of the block's key.</param>
    /// <param name="limit">Line of what follows.</param>
    /// <param name="column">Column of its entries.</param>
    public int AfterBlock(int first, int limit, int column)
    {
        var line = limit;
        while (line > first + 1 && IsBetween(line - 1, column)) line--;
        return line;
    }

    private bool IsBetween(int line, int column)
    {
        var end = line + 1 < Count ? _starts[line + 1] : _text.Length;
        var text = _text.AsSpan(_starts[line], end - _starts[line]);
        var content = text.TrimStart();
        return content.IsEmpty || (content[0] == '#' && text.Length - content.Length < column);
    }
}

/// <summary>The words of the estate file for closed sets: the lower-case names of the enum's members.</summary>
public static class Words
{
    /// <summary>The word of a value, such as <c>rss</c> or <c>always</c>.</summary>
    /// <typeparam name="TEnum">An enum of this folder: its members' names are single words.</typeparam>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();

    internal static string[] All<TEnum>()
        where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Select(Of)];

    internal static bool TryRead<TEnum>(string word, out TEnum value)
        where TEnum : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<TEnum>())
        {
            value = candidate;
            if (string.Equals(Of(candidate), word, StringComparison.Ordinal))
                return true;
        }
        value = default;
        return false;
    }
}
