using System.Buffers;

namespace Gatehouse.Core.Guards;

/// <summary>
/// Finds credentials: by their own form, by the name of a service before them, by what they are assigned to, in
/// addresses, in headers, on curl's command line, and whole private keys. What is found is the value alone.
/// </summary>
public sealed class SecretDetector : TextDetector
{
    private const int GapMax = 40, NameMax = 60, ValueMax = 4_096, CurlMax = 400;

    private const string Alnum = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<char> NameChars = SearchValues.Create(Alnum + "_.-");
    private static readonly SearchValues<char> KeyChars = SearchValues.Create(Alnum + "_-+/=.~:!*@%");
    private static readonly SearchValues<char> TokenChars = SearchValues.Create(Alnum + "_-+/=.~:@!|%");
    private static readonly SearchValues<char> Base64Chars = SearchValues.Create(Alnum + "+/=");
    private static readonly SearchValues<char> Letters = SearchValues.Create(Alnum[..52] + "-");
    private static readonly SearchValues<char> Spaces = SearchValues.Create(" \t");
    private static readonly SearchValues<char> KeyGap = SearchValues.Create(" \t\r\n\"'+,\\`>#*");
    private static readonly SearchValues<char> PasswordChars = SearchValues.Create(
        [.. Enumerable.Range(33, 94).Select(code => (char)code).Where(one => !"\"'`<>\\,;".Contains(one))]);

    private static readonly SearchValues<char> UserChars = SearchValues.Create(
        [.. Enumerable.Range(33, 94).Select(code => (char)code).Where(one => !"\"'`<>\\/?#".Contains(one))]);

    private static readonly TextRule Azure = new("secret/azure-client-secret", 1, "a client secret of Microsoft Entra",
        "client = " + "Ab1" + "8Q" + "~" + new SecretForm("<s31>").Invent(), "learn.microsoft.com/entra");

    private static readonly TextRule Assigned = new("secret/assigned-key", 1,
        "a random value that is assigned to a key",
        "api_key = \"" + new SecretForm("<w24>").Invent() + "\"", "entropy and the name before it");

    private static readonly TextRule Password = new("secret/password", 1, "a password behind its name",
        "password = \"Tr4ut" + "wine!9\"", "the name before it");

    private static readonly TextRule Header = new("secret/authorization", 1, "what an Authorization header carries",
        "Authorization: Bearer " + new SecretForm("<x32>").Invent(), "RFC 9110, RFC 6750, RFC 7617");

    private static readonly TextRule Address = new("secret/url-password", 1, "a password in an address",
        "postgres://app:" + "q7Vn2Bk4@db.lan/app", "RFC 3986 section 3.2.1");

    private static readonly TextRule Curl = new("secret/curl-user", 1, "a password on curl's command line",
        "curl -u anna:" + "q7Vn2Bk4x http://nas.lan", "curl.se/docs");

    private static readonly TextRule Pem = new("secret/private-key", 1, "a private key",
        "-----BEGIN " + "PRIVATE KEY-----\n" + new SecretForm("<b64>").Invent() + "\n-----END " + "PRIVATE KEY-----\n",
        "RFC 7468, RFC 9580");

    private static readonly TextRule Long = new("secret/too-long", 1, "a credential that does not end", "",
        "its length");

    private static readonly string[] Passwords =
        ["password", "passwd", "passphrase", "passwort", "kennwort", "contrase", "_pass", ".pass", "pwd", "senha"];

    private static readonly string[] Keys =
    [
        "secret", "token", "api_key", "apikey", "api-key", "api key", "access_key", "accesskey", "access-key",
        "auth_key",
        "authkey", "private_key", "privatekey", "private-key", "encryption_key", "encryptionkey", "signing_key",
        "signingkey", "master_key", "masterkey", "account_key", "app_key", "appkey", "service_key", "servicekey",
        "credential", "creds", "license_key", "licensekey", "consumer_key", "application_key", "storage_key",
        "deploy_key", "session_key", "shared_key", "server_key", "admin_key", "auth",
    ];

    // What a name with a credential in it may have behind that: others name something else, such as a token's length.
    private static readonly HashSet<string> Behind = new(
        ["", "s", "value", "prod", "production", "dev", "test", "staging", "live", "base64", "b64", "plain", "text",
            "string", "v1", "v2", "key", "hash", "id_secret", "main", "root", "admin", "user", "encoded", "default"],
        StringComparer.OrdinalIgnoreCase);

    // Names of what is random and no secret.
    private static readonly string[] Open =
        ["public", "csrf", "xsrf", "page", "next", "cancel", "continu", "pagina", "sync", "change", "commit",
            "checksum"];

    private static readonly string[] OpenGaps =
        ["commit", "checksum", "sha", "hash", "digest", "version", "revision", "url", "host", "_id", "name"];

    private static readonly Dictionary<int, List<Begin>> Begins = Index();

    private static readonly Keywords Words = new(
        Begins.Values.SelectMany(list => list).Select(begin => begin.Word).Append("q~"));

    private enum Kind { Token, Service, Password, Key, Header, Bearer, Basic, Address, Pem, Curl }

    /// <inheritdoc/>
    public override IReadOnlyList<TextRule> Rules { get; } =
        [.. SecretRules.All.Select(one => one.Rule), Azure, Assigned, Password, Header, Address, Curl, Pem];

    /// <summary>Longer than any private key that is in use.</summary>
    public override int CandidateMax => 32 * 1024;

    /// <inheritdoc/>
    public override TextRule? TooLong => Long;

    /// <inheritdoc/>
    public override int NextAnchor(ref TextCursor text, int from)
    {
        var probe = text;
        var word = Words.Next(ref probe, from);
        // A client secret of Entra has its mark in fifth place; what may become one waits at the end.
        if (word - 4 >= from && word + 1 < text.Text.Length && text[word] == 'Q' && IsAzure(text, word - 4))
            return word - 4;
        for (var at = Math.Max(from, text.Text.Length - 5); !text.IsWhole && at < word; at++)
        {
            if (!IsAzure(text, at))
                continue;
            _ = text[text.Text.Length];
            return at;
        }

        text = probe;
        return word;
    }

    /// <inheritdoc/>
    public override int Match(ref TextCursor text, int anchor, List<Found> found)
    {
        if (IsAzure(text, anchor) && text[anchor + 4] == 'Q' && text[anchor + 5] == '~'
            && AzureForm.EndOf(ref text, anchor + 6) is > 0 and var azure)
        {
            return Add(found, Azure, anchor, azure);
        }

        if (!Begins.TryGetValue(Pair(text[anchor], text[anchor + 1]), out var begins))
            return anchor + 1;
        foreach (var begin in begins)
        {
            var next = begin.Kind == Kind.Token ? Token(ref text, anchor, begin, found)
                : text.Has(anchor, begin.Word) ? Named(ref text, anchor, begin, found)
                : 0;
            if (next > 0)
                return next;
        }

        return anchor + 1;
    }

    private static readonly SecretForm AzureForm = new("<s31-34>");

    private static Dictionary<int, List<Begin>> Index()
    {
        var all = new List<Begin>();
        foreach (var rule in SecretRules.All)
        {
            all.AddRange(rule.Tokens.Select(form => new Begin(Kind.Token, form.Prefix, rule, form)));
            all.AddRange(rule.Names.Select(name => new Begin(Kind.Service, name, rule)));
        }

        all.AddRange(Passwords.Select(word => new Begin(Kind.Password, word)));
        all.AddRange(Keys.Select(word => new Begin(Kind.Key, word)));
        all.AddRange([new(Kind.Header, "authorization"), new(Kind.Bearer, "bearer "), new(Kind.Basic, "basic "),
            new(Kind.Address, "://"), new(Kind.Pem, "-----begin"), new(Kind.Curl, " -u"), new(Kind.Curl, "--user")]);
        var index = new Dictionary<int, List<Begin>>();
        foreach (var begin in all.OrderBy(begin => begin.Kind).ThenByDescending(begin => begin.Word.Length))
        {
            var pair = Pair(begin.Word[0], begin.Word[1]);
            index.TryAdd(pair, []);
            index[pair].Add(begin);
        }

        return index;
    }

    private static int Pair(char first, char second) =>
        (char.ToLowerInvariant(first) << 16) | char.ToLowerInvariant(second);

    private static bool IsAzure(TextCursor text, int at)
    {
        for (var i = 0; i < 6 && at + i < text.Text.Length; i++)
        {
            var now = text[at + i];
            if (!(i switch
            {
                < 3 => char.IsAsciiLetterOrDigit(now) || now is '_' or '~' or '.',
                3 => char.IsAsciiDigit(now),
                4 => now == 'Q',
                _ => now == '~',
            }))
            {
                return false;
            }
        }

        return IsEdge(text, at);
    }

    // Where a token may begin: behind no letter, digit or underscore, other than those of an escape such as \n.
    private static bool IsEdge(TextCursor text, int at)
    {
        var before = text[at - 1];
        return !char.IsAsciiLetterOrDigit(before) && before != '_'
            || before is 'n' or 'r' or 't' && text[at - 2] == '\\';
    }

    private static int Add(List<Found> found, TextRule rule, int start, int end)
    {
        found.Add(new Found(rule, start, end - start));
        return end;
    }

    private static int Token(ref TextCursor text, int anchor, Begin begin, List<Found> found)
    {
        if (!IsEdge(text, anchor) || text[anchor - 1] == '.' && begin.Word.Length < 5)
            return 0;
        var end = begin.Form!.EndOf(ref text, anchor);
        if (end < 0 || begin.Word == "gth_" && !SecretChecks.IsGatehouseToken(text.Text[anchor..end]))
            return 0;
        // A short prefix alone says little: words with capitals, or in one case, are names in a program.
        if (begin.Word.Length < 4 && !SecretChecks.IsRandom(text.Text[(anchor + begin.Word.Length)..end]))
            return 0;
        return Add(found, begin.Rule!.Rule, anchor, end);
    }

    private static int Named(ref TextCursor text, int anchor, Begin begin, List<Found> found) => begin.Kind switch
    {
        Kind.Service => Service(ref text, anchor, begin, found),
        Kind.Password or Kind.Key => Assignment(ref text, anchor, begin, found),
        Kind.Header => Authorization(ref text, anchor + begin.Word.Length, found),
        Kind.Bearer or Kind.Basic => Scheme(ref text, anchor, begin, found),
        Kind.Address => UserInfo(ref text, anchor + 3, found),
        Kind.Pem => PrivateKey(ref text, anchor, found),
        _ => CurlUser(ref text, anchor, anchor + begin.Word.Length, found),
    };

    // "github_token = …": the service's own form decides, and what has another is not its credential.
    private static int Service(ref TextCursor text, int anchor, Begin begin, List<Found> found)
    {
        var (before, first, at) = (text[anchor - 1], text[anchor], anchor + begin.Word.Length);
        if (char.IsAsciiLetterOrDigit(before) && !(char.IsAsciiLetterLower(before) && char.IsAsciiLetterUpper(first)))
            return 0;
        if (begin.Word.Length < 5 && char.IsAsciiLetterLower(text[at]))
            return 0;
        if (begin.Word == "facebook" && text.Skip(at, Spaces, 4) is var near && near > at
            && Value(ref text, near, begin, found) is > 0 and var loose)
        {
            return loose;
        }

        var lines = 0;
        var gap = at;
        while (gap < at + GapMax && (NameChars.Contains(text[gap]) || text[gap] is ' ' or '\t'
            || text[gap] is '\n' && lines++ == 0))
        {
            gap++;
        }

        var value = ValueOf(ref text, gap);
        if (value < 0)
            return 0;
        var name = text.Text[anchor..Math.Min(gap, text.Text.Length)];
        foreach (var open in OpenGaps)
        {
            if (name.Contains(open, StringComparison.OrdinalIgnoreCase) && !(open is "_id" or "name"))
                return 0;
        }

        if (Value(ref text, value, begin, found) is > 0 and var end)
            return end;
        return lines > 0 || name.Contains("pass", StringComparison.OrdinalIgnoreCase) ? 0 : value;
    }

    private static int Value(ref TextCursor text, int at, Begin begin, List<Found> found)
    {
        foreach (var form in begin.Rule!.Values)
        {
            if (form.EndOf(ref text, at) is > 0 and var end)
                return Add(found, begin.Rule.Rule, at, end);
        }

        return 0;
    }

    // What an operator here assigns begins there, behind its quote; -1 without one.
    private static int ValueOf(ref TextCursor text, int at)
    {
        var quotes = at;
        while (quotes < at + 4 && text[quotes] is '"' or '\'' or '`' or ']' or ')' or '\\' or ' ')
            quotes++;
        var operators = quotes;
        while (operators < quotes + 3 && text[operators] is '=' or ':' or '>' or '|' or '?'
            || operators == quotes && quotes > at && text[operators] == ',')
        {
            operators++;
        }

        if (operators == quotes)
            return -1;
        var value = operators;
        while (value < operators + 6 && text[value] is ' ' or '\t' or '"' or '\'' or '`' or '(' or '[' or '\\' or '=')
            value++;
        return value;
    }

    private static int Assignment(ref TextCursor text, int anchor, Begin begin, List<Found> found)
    {
        var end = text.Skip(anchor + begin.Word.Length, NameChars, NameMax);
        var rest = text.Text[(anchor + begin.Word.Length)..end].Trim("_-.0123456789");
        if (begin.Word == "contrase" && text[end] == 'ñ' && text[end + 1] == 'a')
            end += 2;
        if (!Behind.GetAlternateLookup<ReadOnlySpan<char>>().Contains(rest))
            return 0;
        var start = anchor;
        while (start > anchor - NameMax && NameChars.Contains(text[start - 1]))
            start--;
        foreach (var open in Open)
        {
            if (text.Text[start..anchor].Contains(open, StringComparison.OrdinalIgnoreCase))
                return 0;
        }

        // "auth" alone is the beginning of author and authority; only a word of its own is one.
        if (begin.Word == "auth" && (rest.Length > 0 || char.IsAsciiLetter(text[anchor - 1])))
            return 0;
        var (said, value) = (false, ValueOf(ref text, end));
        if (value < 0)
        {
            value = SaidOf(ref text, end);
            said = true;
        }

        if (value < 0 && text[start] == '-' && text[end] == ' ')
            (said, value) = (false, end + 1);
        if (value < 0)
            return 0;
        var isQuoted = !said && text[value - 1] is '"' or '\'' or '`';
        var chars = begin.Kind == Kind.Password ? PasswordChars : KeyChars;
        var stop = text.Skip(value, chars, ValueMax);
        // A quoted password may have spaces.
        while (isQuoted && begin.Kind == Kind.Password && stop < value + 60 && text[stop] == ' ')
            stop = text.Skip(stop + 1, chars, 60);
        // A call, an index or a piece of text that goes on is no value.
        if (text[stop] is '(' or '[' or '{' or '<' || stop == value)
            return 0;
        if (isQuoted && text[stop] == ' ' || text[stop] == '\\' && text[stop + 1] is not ('"' or 'n' or 'r' or '\''))
            return 0;
        // What was cut short to be shown.
        if (stop > value + 3 && text[stop - 1] == '.' && text[stop - 2] == '.' || text[stop] == '…')
            return 0;
        while (!isQuoted && stop > value && text[stop - 1] is '.' or ',' or ')' or ':' or '}' or ']')
            stop--;
        var what = text.Text[value..stop];
        if (what.IsEmpty || SecretChecks.IsPlaceholder(what) || what.Contains("://", StringComparison.Ordinal))
            return 0;
        if (begin.Kind == Kind.Key && Known(ref text, value, found) is var known && known != 0)
            return known > 0 ? known : stop;
        var isOne = begin.Kind == Kind.Key
            ? what.Length >= 10 && SecretChecks.IsRandom(what.TrimEnd('='))
                && !what.Contains("abcdefgh", StringComparison.OrdinalIgnoreCase)
            : SecretChecks.IsPassword(what) && !IsCode(what, isQuoted);
        if (!isOne)
            return 0;
        return Add(found, begin.Kind == Kind.Key ? Assigned : Password, value, stop);
    }

    // A value with the prefix of a known token is that token, or none: -1.
    private static int Known(ref TextCursor text, int at, List<Found> found)
    {
        var known = 0;
        foreach (var begin in Begins.GetValueOrDefault(Pair(text[at], text[at + 1])) ?? [])
        {
            if (begin.Kind != Kind.Token || begin.Word.Length < 5 || begin.Word[^1] is not ('_' or '-' or '.')
                || !text.Has(at, begin.Word))
            {
                continue;
            }

            known = begin.Form!.EndOf(ref text, at);
            if (known > 0)
                return Add(found, begin.Rule!.Rule, at, known);
        }

        return known;
    }

    // "the password is …", in the languages that people here write.
    private static int SaidOf(ref TextCursor text, int at)
    {
        if (text[at] != ' ')
            return -1;
        foreach (var word in (ReadOnlySpan<string>)["is ", "is: ", "ist ", "lautet ", "est ", "es ", "è "])
        {
            if (text.Has(at + 1, word))
                return at + 1 + word.Length + (text[at + 1 + word.Length] is '"' or '\'' or '`' ? 1 : 0);
        }

        return -1;
    }

    // Names in programs have points, calls and dollars: config.password1, %s, $PASSWORD.
    private static bool IsCode(ReadOnlySpan<char> value, bool isQuoted) =>
        value[0] is '$' or '%' or '&' or '@' or '{' or '[' or '/' or '(' || value.Contains('(')
        || !isQuoted && value.IndexOfAnyExcept(NameChars) < 0 && value.Contains('.');

    private static int Authorization(ref TextCursor text, int at, List<Found> found)
    {
        var value = ValueOf(ref text, at);
        if (value < 0)
            return 0;
        var scheme = text.Skip(value, Letters, 12);
        if (text[scheme] == ' ')
        {
            if (text.Has(value, "basic "))
                return Credential(ref text, scheme + 1, true, 8, found);
            value = scheme + 1;
        }

        return Credential(ref text, value, false, 8, found);
    }

    private static int Scheme(ref TextCursor text, int anchor, Begin begin, List<Found> found) =>
        char.IsAsciiLetterOrDigit(text[anchor - 1]) ? 0
        : Credential(ref text, anchor + begin.Word.Length, begin.Kind == Kind.Basic, 16, found);

    private static int Credential(ref TextCursor text, int at, bool isBasic, int least, List<Found> found)
    {
        var end = text.Skip(at, isBasic ? Base64Chars : TokenChars, ValueMax);
        if (end - at < least || text[end] is '.' or '(' or '<' or '{')
            return 0;
        while (!isBasic && text[end - 1] is '.' or ',' or ':')
            end--;
        var value = text.Text[at..end];
        return !SecretChecks.IsPlaceholder(value) && (isBasic ? SecretChecks.IsBasic(value)
            : value.IndexOfAnyInRange('0', '9') >= 0 && SecretChecks.Entropy(value) >= 2.6)
            ? Add(found, Header, at, end)
            : 0;
    }

    private static int UserInfo(ref TextCursor text, int at, List<Found> found)
    {
        var end = text.Skip(at, UserChars, 300);
        var all = text.Text[at..end];
        var (colon, host) = (all.IndexOf(':'), all.LastIndexOf('@'));
        if (colon < 0 || host < colon + 4)
            return 0;
        var value = all[(colon + 1)..host];
        return SecretChecks.IsPlaceholder(value) || value.IndexOfAny("{}") >= 0
            || value[0] is '[' or '%' && value[^1] == '%'
            ? 0
            : Add(found, Address, at + colon + 1, at + host);
    }

    // Lines of base 64, and headers before them, up to the next dashes: a key that is cut off is one, too.
    private static int PrivateKey(ref TextCursor text, int anchor, List<Found> found)
    {
        var at = anchor + "-----begin".Length;
        var title = at;
        while (title < at + 80 && (char.IsAsciiLetterUpper(text[title]) || char.IsAsciiDigit(text[title])
            || text[title] == ' '))
        {
            title++;
        }

        if (!text.Has(title, "-----")
            || !text.Text[at..title].Contains("PRIVATE KEY", StringComparison.OrdinalIgnoreCase))
        {
            return 0;
        }

        var (end, chars, limit) = (title + 5, 0, anchor + 32_000);
        for (at = end; at < limit;)
        {
            at = text.Skip(at, KeyGap, limit - at);
            // An escaped line end, as JSON has it.
            if (text[at] is 'n' or 'r' && text[at - 1] == '\\')
            {
                at++;
                continue;
            }

            if (text[at] == '-' && text.Has(at, "-----end"))
            {
                while (at < limit && text[at] != '\n' && !(text[at] == '-' && text.Has(at, "key")))
                {
                    if (text.Has(at, "-----") && !text.Has(at, "-----end") && text[at - 1] != '-')
                        return chars < 24 ? 0 : Add(found, Pem, anchor, at + 5);
                    at++;
                }

                break;
            }

            var run = text.Skip(at, Base64Chars, Math.Max(limit - at, 1));
            if (text[run] is ':' or '-' && text.Skip(run, NameChars, 40) is var name && text[name] == ':')
            {
                while (at < limit && text[at] is not ('\n' or '\\' or '\0'))
                    at++;
                continue;
            }

            if (run == at || run - at < 16 && chars == 0)
                break;
            // Words with spaces between them are no lines of a key.
            if (run - at < 16 && text[run] == ' ' && text[at] != '=')
                break;
            chars += run - at;
            end = at = run;
        }

        return chars < 24 ? 0 : Add(found, Pem, anchor, end);
    }

    private static int CurlUser(ref TextCursor text, int anchor, int at, List<Found> found)
    {
        if (!text.Text[Math.Max(0, anchor - CurlMax)..anchor].Contains("curl", StringComparison.OrdinalIgnoreCase))
            return 0;
        if (text[at] is not (' ' or '=' or '"' or '\''))
            return 0;
        var start = text.Skip(text[at] == '=' ? at + 1 : at, Spaces, 8);
        var (end, quote, colon) = (start, '\0', -1);
        for (; end < start + 300; end++)
        {
            var now = text[end];
            if (now is '\0' or '\n' or '\r' || quote == '\0' && now is ' ' or '\t')
                break;
            if (quote == '\0' && now is '"' or '\'')
                quote = now;
            else if (now == quote)
                quote = '\0';
            else if (now == ':' && colon < 0)
                colon = end;
        }

        if (colon < 0)
            return 0;
        var (from, to) = (colon + 1, end);
        Trim(text, ref from, ref to);
        if (to <= from)
        {
            (from, to) = (start, colon);
            Trim(text, ref from, ref to);
        }

        var value = text.Text[from..Math.Max(from, to)];
        return value.Length < 4 || SecretChecks.IsPlaceholder(value) || value.Contains("$(", StringComparison.Ordinal)
            ? 0
            : Add(found, Curl, from, to);
    }

    private static void Trim(TextCursor text, ref int from, ref int to)
    {
        while (from < to && text[from] is '"' or '\'' or '[' or '{' && text[from + 1] is not '{')
            from++;
        while (to > from && text[to - 1] is '"' or '\'' or ']' or '}' or '>' or '\\')
            to--;
    }

    private sealed record Begin(Kind Kind, string Word, SecretRule? Rule = null, SecretForm? Form = null);
}
