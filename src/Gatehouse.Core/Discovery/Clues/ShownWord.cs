using System.Buffers;
using System.Text;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Discovery.Clues;

/// <summary>
/// Makes words of other people's files fit to be shown: bounded, without control characters, and with everything that
/// may be a secret left out. All that a reader hands on has passed here.
/// </summary>
internal static class ShownWord
{
    public const string Hidden = "…";

    private const int TextMax = 120; // Letters of a name or a value; what is longer tells a person nothing more.
    private const int UrlMax = 200; // Letters of a URL that is shown.
    private const int RunMax = 16; // A run of letters and digits from here on may be a token.

    private const int HexMax = 20; // Hexadecimal digits in a row, dashes aside; a GUID has 32.

    private static readonly SearchValues<char> Separators =
        SearchValues.Create(" \t\r\n/\\?&=#,;:\"'`()[]{}<>|@$*!%^");

    private static readonly SearchValues<char> HostLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:[]");

    /// <summary>A name or short value as it may be shown: each part that looks like a secret is replaced.</summary>
    public static string Of(string text)
    {
        // The last word goes with the rest: half a token is no token any more and still half of one.
        if (text.Length > 4 * TextMax)
            text = text[..Math.Max(0, text.AsSpan(0, 4 * TextMax).LastIndexOfAny(Separators))];
        var shown = new StringBuilder(text.Length);
        text = SecretText.WithoutUserInfo(text);
        while (text.Length > 0)
        {
            var cut = text.AsSpan().IndexOfAny(Separators);
            var word = cut < 0 ? text : text[..cut];
            shown.Append(IsToken(word) ? Hidden : word);
            if (cut < 0)
                break;
            shown.Append(char.IsControl(text[cut]) ? ' ' : text[cut]);
            text = text[(cut + 1)..];
        }
        for (var at = 0; at < shown.Length; at++)
        {
            if (char.IsControl(shown[at]) || char.IsSurrogate(shown[at]))
                shown[at] = '?';
        }
        if (shown.Length > TextMax)
            shown.Remove(TextMax - 1, shown.Length - TextMax + 1).Append('…');
        return shown.ToString().Trim();
    }

    /// <summary>
    /// The scheme, host, port and path of a URL, without user, password, query, and every part of the path that may
    /// be a secret. Null when the host is none that can be shown.
    /// </summary>
    public static string? Url(ParsedUrl url, bool withPath)
    {
        var host = url.Host;
        if (host.Length == 0 || host.AsSpan().IndexOfAnyExcept(HostLetters) >= 0)
            return null;
        if (url.HidesHost)
            host = Hidden;
        var shown = new StringBuilder(url.Scheme.Length == 0 ? host : $"{url.Scheme}://{host}");
        if (url.Port is { } port && !url.IsUsualPort)
            shown.Append(':').Append(port);
        if (withPath)
        {
            foreach (var part in url.Path.Split('/', StringSplitOptions.RemoveEmptyEntries).Take(12))
                shown.Append('/').Append(IsPlainPart(part) ? part : Hidden);
        }
        return shown.Length > UrlMax ? shown.ToString(0, UrlMax - 1) + "…" : shown.ToString();
    }

    /// <summary>Whether a word may be a token: it is long, and no person would have written it.</summary>
    public static bool IsToken(string word)
    {
        if (word.Length < 8)
            return false;
        if (SecretText.IsSecretValue(word) || HoldsLongHex(word))
            return true;
        var (start, digits, letters) = (0, 0, 0);
        for (var at = 0; at <= word.Length; at++)
        {
            if (at < word.Length && char.IsAsciiLetterOrDigit(word[at]))
            {
                digits += char.IsAsciiDigit(word[at]) ? 1 : 0;
                letters += char.IsAsciiDigit(word[at]) ? 0 : 1;
                continue;
            }
            if (at - start >= RunMax && digits >= 4 && letters >= 4)
                return true;
            (start, digits, letters) = (at + 1, 0, 0);
        }
        return false;
    }

    /// <summary>A GUID, or as many hexadecimal digits in a row, alone or within a word.</summary>
    private static bool HoldsLongHex(string word)
    {
        var digits = 0;
        foreach (var letter in word)
        {
            digits = char.IsAsciiHexDigit(letter) ? digits + 1 : letter == '-' ? digits : 0;
            if (digits >= HexMax)
                return true;
        }
        return false;
    }

    private static bool IsPlainPart(string part) => part.Length <= 60 && !part.Contains('%', StringComparison.Ordinal)
        && part.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_' or '~' or '+')
        && !IsToken(part);
}
