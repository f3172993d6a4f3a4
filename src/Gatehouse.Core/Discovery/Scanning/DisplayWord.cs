using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>
/// Makes words of other people's files fit to be shown: bounded, without control characters, and with everything that
/// may be a secret left out. All that a reader hands on has passed here.
/// </summary>
internal static class DisplayWord
{
    public const string Hidden = "…";

    private const int TextMax = 120; // Letters of a name or a value; what is longer tells a person nothing more.
    private const int PathMax = 4096; // Letters of a path, as the kernel bounds it.
    private const int UrlMax = 200; // Letters of a URL that is shown.
    private const int RunMax = 16; // A run of letters and digits from here on may be a token.

    private const int JoinedMin = 3; // Parts of a name that is no token; a token has a separator or two by chance.

    private const int HexMax = 20; // Hexadecimal digits in a row, dashes aside; a GUID has 32.

    private static readonly SearchValues<char> Separators =
        SearchValues.Create(" \t\r\n/\\?&=#,;:\"'`()[]{}<>|@$*!%^");

    private static readonly SearchValues<char> HostLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:[]");

    /// <summary>A name or short value as it may be shown: each part that looks like a secret is replaced.</summary>
    public static string Of(string text) => Of(text, TextMax);

    /// <summary>
    /// The same for a place, which is not shortened: a person has to open it. What a file says of another one's path
    /// may hold a secret all the same.
    /// </summary>
    public static string Where(string text) => Of(text, PathMax);

    /// <summary>
    /// The name that a person gave to a workflow or an automation. People join many words in one, which then has the
    /// length and the letters of a token, and the name is all by which they know it.
    /// </summary>
    public static string Name(string text) => Of(text, TextMax, static word => IsToken(word) && !IsJoined(word));

    /// <summary>Whether a word is several of letters only, or short numbers, joined by a separator.</summary>
    private static bool IsJoined(string word)
    {
        var parts = word.Split('_', '-');
        return parts.Length >= JoinedMin && !SecretText.HasSecretStart(word)
            && parts.Any(static part => part.Length > 1 && part.All(char.IsAsciiLetter))
            && parts.All(static part => part.All(char.IsAsciiLetter)
                || (part.Length < 5 && part.All(char.IsAsciiDigit)));
    }

    private static string Of(string text, int max) => Of(text, max, IsToken);

    private static string Of(string text, int max, Func<string, bool> isHidden)
    {
        // The last word goes with the rest: half a token is no token any more and still half of one.
        if (text.Length > 4 * max)
            text = text[..Math.Max(0, text.AsSpan(0, 4 * max).LastIndexOfAny(Separators))];
        var shown = new StringBuilder(text.Length);
        text = SecretText.WithoutUserInfo(text);
        while (text.Length > 0)
        {
            var cut = text.AsSpan().IndexOfAny(Separators);
            var word = cut < 0 ? text : text[..cut];
            shown.Append(isHidden(word) ? Hidden : word);
            if (cut < 0)
                break;
            shown.Append(char.IsControl(text[cut]) ? ' ' : text[cut]);
            text = text[(cut + 1)..];
        }
        Clean(shown);
        if (shown.Length > max)
        {
            // A letter of two code units is kept whole or dropped whole.
            var cut = char.IsHighSurrogate(shown[max - 2]) ? max - 2 : max - 1;
            shown.Remove(cut, shown.Length - cut).Append('…');
        }
        return shown.ToString().Trim();
    }

    /// <summary>
    /// The path of a file that was found in its folder, whole: a person has to open it, and can list that folder
    /// too.
    /// </summary>
    public static string Path(string text)
    {
        var shown = new StringBuilder(text, 0, Math.Min(text.Length, PathMax), Math.Min(text.Length, PathMax));
        Clean(shown);
        return shown.ToString().Trim();
    }

    /// <summary>Replaces what would change how a terminal or a reader shows the rest.</summary>
    private static void Clean(StringBuilder shown)
    {
        for (var at = 0; at < shown.Length; at++)
        {
            if (at + 1 < shown.Length && char.IsSurrogatePair(shown[at], shown[at + 1]))
            {
                at++;
            }
            else if (char.IsSurrogate(shown[at]))
            {
                shown[at] = '\uFFFD';
            }
            else if (char.IsControl(shown[at]) || shown[at] is (>= '\u202A' and <= '\u202E')
                or (>= '\u2066' and <= '\u2069'))
            {
                shown[at] = '?';
            }
        }
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

/// <summary>Collects the evidence of one observation: each once, bounded in number, and safe to show.</summary>
internal sealed class EvidenceBag
{
    private const int EvidenceMax = 100; // Of one observation; evidence beyond that convinces nobody more.

    private readonly List<Evidence> _evidence = [];
    private readonly HashSet<(EvidenceKind, string)> _seen = [];

    /// <summary>The variable of which all evidence is; null when it is of none.</summary>
    public string? Variable { get; init; }

    /// <summary>The kind of place of which all evidence is.</summary>
    public EvidenceSource Source { get; init; }

    /// <summary>Whether there is anything but powers: most programs of a system have those, and no model.</summary>
    public bool IsEvidence => _evidence.Exists(static piece => piece.Kind is not (
        EvidenceKind.Power or EvidenceKind.Upkeep or EvidenceKind.ModelProvider));

    /// <summary>Whether a command fetched, listed or checked models.</summary>
    public bool SawUpkeep { get; set; }

    /// <summary>Whether a provider was asked for an account.</summary>
    public bool SawAccount { get; set; }

    /// <summary>Whether a command started a program of which nothing is known.</summary>
    public bool SawOther { get; set; }

    /// <summary>
    /// Whether commands of the shell were seen that start nothing unknown and ask no model: variables that stand
    /// beside them say nothing.
    /// </summary>
    public bool IsSeenWhole
        => !SawOther && !Has(EvidenceKind.ModelUrl, EvidenceKind.ModelClient, EvidenceKind.ModelServer);

    /// <summary>Says that all commands together only look after models, where that is so.</summary>
    public void CloseCommands(string where)
    {
        if (SawUpkeep && !SawOther)
            Add(EvidenceKind.Upkeep, where, "looks after models");
        // A key that asks what its account still has is not one by which a model is asked.
        else if (SawAccount && !Has(EvidenceKind.ModelUrl, EvidenceKind.ModelClient, EvidenceKind.ModelServer))
            Add(EvidenceKind.Upkeep, where, "asks for an account");
    }

    public void Add(
        EvidenceKind kind, string where, string value, EvidenceSource? source = null, string? variable = null)
        => Add(new Evidence(kind, where, value) { Variable = variable ?? Variable, Source = source ?? Source }, "");

    public void AddRange(IEnumerable<Evidence> evidence)
    {
        foreach (var piece in evidence)
            Add(piece, "");
    }

    private void Add(Evidence piece, string place)
    {
        var shown = DisplayWord.Of(piece.Value);
        if (shown.Length > 0 && _evidence.Count < EvidenceMax && _seen.Add((piece.Kind, place + shown)))
            _evidence.Add(piece with { Where = DisplayWord.Where(piece.Where), Value = shown });
    }

    /// <summary>The name of a model at one of several places, each of which may have one of that name.</summary>
    public void AddNameAt(string where, string value)
        => Add(new Evidence(EvidenceKind.ModelName, where, value) { Source = Source }, $"{where} ");

    public bool Has(params ReadOnlySpan<EvidenceKind> kinds)
    {
        foreach (var piece in _evidence)
        {
            if (kinds.Contains(piece.Kind))
                return true;
        }
        return false;
    }

    public ImmutableArray<Evidence> ToImmutable() => [.. _evidence];
}
