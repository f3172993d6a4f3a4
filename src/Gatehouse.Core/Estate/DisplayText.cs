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
