using System.Buffers;

namespace Gatehouse.Core.Engine;

/// <summary>Tells what may be a secret, by the name of the variable and by the shape of the value.</summary>
public static class SecretText
{
    private const string Hidden = "…";

    /// <summary>A random string of this length holds 64 bits even in hex; shorter ones are words and numbers.</summary>
    private const int LongestPlainRun = 24;

    private static readonly string[] NameParts =
    [
        "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "APIKEY", "API_KEY", "ACCESS_KEY", "PRIVATE", "CREDENTIAL",
        "COOKIE",
        "WEBHOOK_URL", "DATABASE_URL", "CONNECTION_STRING", "DSN", "BEARER", "LICENSE", "SALT", "JWT", "OAUTH",
    ];

    private static readonly string[] NameWords = ["TOKEN", "KEY", "PASS", "PWD", "PW", "PIN", "AUTH", "PAT", "SEED"];

    // Published prefixes of credentials: OpenAI and Anthropic, Hugging Face, GitHub, GitLab, Slack, AWS, Google, xAI,
    // Groq.
    private static readonly string[] ValuePrefixes =
    [
        "sk-", "sk_", "pk_", "hf_", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "AKIA", "AIza",
        "xai-", "gsk_", "eyJ", "Bearer ", "Basic ", "-----BEGIN", "r8_", "pplx-", "gh1_",
    ];

    private static readonly SearchValues<char> RunLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-");

    private static readonly SearchValues<char> AuthorityEnds = SearchValues.Create("/?# \"'\n\t,");

    /// <summary>Whether a variable may hold a secret.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public static bool IsSecret(string name, string value) => IsSecretName(name) || IsSecretValue(value);

    /// <summary>
    /// Whether a name is one that secrets have. A name that ends in <c>_FILE</c> holds a path and is none.
    /// </summary>
    /// <param name="name">The name of a variable or setting.</param>
    public static bool IsSecretName(string name)
    {
        var upper = name.ToUpperInvariant().Replace('-', '_');
        if (upper.EndsWith("_FILE", StringComparison.Ordinal)) return false;
        if (NameParts.Any(part => upper.Contains(part, StringComparison.Ordinal))) return true;
        return upper.Split('_').Any(word => NameWords.Contains(word)
            || word.EndsWith("TOKEN", StringComparison.Ordinal) || word.EndsWith("KEY", StringComparison.Ordinal));
    }

    /// <summary>Whether a value has the shape of a secret: a published prefix, or a long run without words.</summary>
    /// <param name="value">The value.</param>
    public static bool IsSecretValue(string value)
    {
        if (HasSecretStart(value)) return true;
        foreach (var part in value.Split([' ', ',', ';', '&', '?', '"', '\'', ':', '/', '@', '.']))
        {
            if (part.Length >= LongestPlainRun && part.AsSpan().IndexOfAnyExcept(RunLetters) < 0 && IsMixed(part))
                return true;
        }
        return false;
    }

    /// <summary>Whether a word of a value begins as published credentials do.</summary>
    /// <param name="value">The value.</param>
    public static bool HasSecretStart(string value) => ValuePrefixes.Any(prefix => HasWordStart(value, prefix));

    /// <summary>The same text with the user and password of every URL in it left out.</summary>
    /// <param name="value">The text.</param>
    public static string WithoutUserInfo(string value)
    {
        var from = 0;
        while (value.IndexOf("://", from, StringComparison.Ordinal) is >= 0 and var start)
        {
            var authority = start + 3;
            var end = value.AsSpan(authority).IndexOfAny(AuthorityEnds);
            var stop = end < 0 ? value.Length : authority + end;
            var at = value.LastIndexOf('@', stop - 1, stop - authority);
            if (at >= authority) value = string.Concat(value.AsSpan(0, authority), Hidden, value.AsSpan(at));
            from = authority;
        }
        return value;
    }

    /// <summary>Whether a word begins like this: <c>sk-</c> begins a key, and also ends <c>disk-</c>.</summary>
    private static bool HasWordStart(string value, string prefix)
    {
        for (var at = value.IndexOf(prefix, StringComparison.Ordinal); at >= 0;
            at = value.IndexOf(prefix, at + 1, StringComparison.Ordinal))
        {
            if (at == 0 || !char.IsAsciiLetterOrDigit(value[at - 1])) return true;
        }
        return false;
    }

    /// <summary>
    /// Letters with digits, or both cases without a separator: what a generator makes and a person does not.
    /// </summary>
    private static bool IsMixed(string run)
    {
        var digits = run.Count(char.IsAsciiDigit);
        var upper = run.Count(char.IsAsciiLetterUpper);
        var lower = run.Count(char.IsAsciiLetterLower);
        var breaks = run.Count(static letter => letter is '_' or '-');
        return breaks <= run.Length / 8 && ((digits >= 4 && upper + lower >= 4) || (upper >= 4 && lower >= 4));
    }
}
