using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Gatehouse.Core.Estate;

/// <summary>The single values of the estate file: what each accepts, and how schema and documents say it.</summary>
internal static class Shapes
{
    private const int TextMax = 500; // Characters: values are names, addresses and short phrases.
    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_[]:");

    private const int PathMax = 4096; // Bytes: PATH_MAX of Linux.

    public static readonly TextShape<string> Key = new(NameText.KeyExpected, (string text, out string value) =>
        Check(value = text, NameText.IsKey(text)))
    { Pattern = NameText.KeyPattern };

    public static readonly TextShape<string> ModelName = new("the name of a model", (string text, out string value) =>
        Check(value = text, text.Length <= 256 && IsPrintable(text)))
    { RangeText = "up to 256 characters" };

    public static readonly TextShape<string> AbsolutePath = new("an absolute path", (string text, out string value) =>
        Check(value = text, text.Length <= PathMax && text.StartsWith('/') && IsPrintable(text)))
    { Pattern = "^/" };

    public static readonly TextShape<CredentialReference> Credential = new(
        "a reference: `pass:ENTRY`, `systemd:NAME`, `file:/PATH` or `env:VARIABLE`", CredentialText.Read)
    { Pattern = CredentialText.Pattern, Examples = ["pass:ai/openai", "systemd:anthropic"] };

    public static readonly TextShape<ListenAddress> Listen = new(
        "`ip:port`, `[ip6]:port` or `unix:/absolute/path`", (string text, out ListenAddress value) =>
        {
            value = ListenAddress.TryParse(text)!;
            return value is null ? "" : null;
        })
    { Examples = ["127.0.0.1:8420", "unix:/run/gatehouse/job.sock"] };

    public static readonly TextShape<ListenAddress> ListenGate = new(
        "`ip:port`, `[ip6]:port`, `interfaces:port` or `unix:/absolute/path`",
        (string text, out ListenAddress value) =>
        {
            value = ListenAddress.TryParseGate(text)!;
            return value is null ? "" : null;
        })
    { Examples = ["127.0.0.1:8420", "interfaces:8420"] };

    public static readonly TextShape<UpstreamUrl> Upstream = new(
        "`http://…`, `https://…` or `unix:/absolute/path`", (string text, out UpstreamUrl value) =>
        {
            value = UpstreamUrl.TryParse(text, out var problem)!;
            return problem;
        })
    { Pattern = "^(https?://|unix:/)", Examples = ["http://127.0.0.1:11434", "https://api.openai.com/v1"] };

    public static readonly TextShape<Uri> Url = new("an absolute URL", (string text, out Uri value) =>
    {
        value = PlainUrl.TryParse(text, 2048, out var problem)!;
        return problem;
    })
    { Pattern = "^[a-z]+://" };

    public static readonly TextShape<string> Origin = new(
        "an exact origin: scheme, host and port, without a path and without `*`", ReadOrigin)
    { Pattern = "^[a-z][a-z0-9+.-]*://[^*/]+$", Examples = ["app://obsidian.md", "http://127.0.0.1:5173"] };

    public static readonly TextShape<CronSchedule> Cron = new(
        "five cron fields that fire at some time, such as `0 7 * * *`", (string text, out CronSchedule value) =>
        {
            value = CronSchedule.TryParse(text)!;
            return value is null ? "" : null;
        })
    { Examples = ["0 7 * * *", "*/15 * * * *", "@daily"] };

    public static readonly TextShape<TimeZoneInfo> TimeZone = new(
        "an IANA time zone such as `Europe/Madrid`", (string text, out TimeZoneInfo value) =>
        {
            value = TimeZoneInfo.Utc;
            var isName = text.Length <= 64 && char.IsAsciiLetter(text[0])
                && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+');
            return isName && TimeZoneInfo.TryFindSystemTimeZoneById(text, out value!) ? null
                : isName ? $"this machine knows no time zone `{text}` (is tzdata installed?)" : "";
        })
    { Examples = ["Europe/Madrid", "UTC"] };

    public static readonly TextShape<IPNetwork> Network = new("a network such as `192.168.0.0/16`", ReadNetwork)
    { Examples = ["192.168.0.0/16", "fd00::/8"] };

    public static readonly TextShape<RunAs> User = new("a user name or a uid", (string text, out RunAs value) =>
    {
        // 4294967295 means "no change" in chown(2) and is nobody's uid.
        var isUid = uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var uid)
            && uid != uint.MaxValue;
        value = isUid ? new RunAs(null, uid) : new RunAs(text, null);
        var isName = text.Length <= 32 && (char.IsAsciiLetter(text[0]) || text[0] == '_')
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');
        return Check(text, isUid || isName);
    })
    { SchemaType = "" };

    public static readonly TextShape<bool> Switch = new("`true` or `false`", (string text, out bool value) =>
    {
        value = text == "true";
        return Check(text, text is "true" or "false");
    })
    { SchemaType = "boolean" };

    public static readonly TextShape<bool> OnlyTrue = new("`true`", (string text, out bool value) =>
        Check(text, value = text == "true"))
    { SchemaType = "answer", Choices = ["true"] };

    public static readonly TextShape<YesNo> Answer = new(
        "`true`, `false` or `unknown`", (string text, out YesNo value) =>
    {
        value = text switch
        {
            "true" or "yes" => Estate.YesNo.Yes,
            "false" or "no" => Estate.YesNo.No,
            _ => Estate.YesNo.Unknown,
        };
        return Check(text, value != Estate.YesNo.Unknown || text == "unknown");
    })
    { SchemaType = "answer", Choices = ["true", "false", "yes", "no", "unknown"] };

    public static TextShape<string> Text(string expected) => new(expected, (string text, out string value) =>
        Check(value = text, text.Length <= TextMax && IsPrintable(text)))
    { RangeText = $"up to {TextMax} characters" };

    public static TextShape<string> OneOf(params string[] words) => new(
        $"one of {string.Join(", ", words)}", (string text, out string value) =>
        Check(value = text, words.Contains(text)))
    { Choices = words };

    public static TextShape<TEnum> OneOf<TEnum>()
        where TEnum : struct, Enum => new(
            $"one of {string.Join(", ", Words.All<TEnum>())}", (string text, out TEnum value) =>
            Check(text, Words.TryRead(text, out value)))
        { Choices = Words.All<TEnum>() };

    public static TextShape<long> Whole(long min, long max, string unit) => new(
        "a whole number", (string text, out long value) =>
        {
            var isNumber = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
            return Check(text, isNumber && value >= min && value <= max);
        })
    {
        SchemaType = "integer",
        Minimum = min,
        Maximum = max,
        RangeText = min == max ? $"{min}" : $"{min} to {max} {unit}",
    };

    public static TextShape<decimal> Money(string unit) => new(
        "an amount such as `5` or `0.15`", (string text, out decimal value) =>
        {
            value = 0;
            var isNumber = text.Length <= 20
                && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
            return Check(text, isNumber && value <= 1_000_000_000m);
        })
    { SchemaType = "number", Minimum = 0, Maximum = 1_000_000_000m, RangeText = $"0 to 1000000000, {unit}" };

    public static TextShape<TimeSpan> Duration(TimeSpan min, TimeSpan max)
    {
        var range = $"{DurationText.Of(min)} to {DurationText.Of(max)}";
        return new("a duration such as `15m` or `7d`", (string text, out TimeSpan value) =>
            Check(text, DurationText.TryParse(text, out value) && value >= min && value <= max))
        { Pattern = DurationText.Pattern, RangeText = range };
    }

    public static TextShape<long> Size(long min, long max)
    {
        var range = $"{SizeText.Of(min)} to {SizeText.Of(max)}";
        return new("a size such as `200MiB` or `10GiB`", (string text, out long value) =>
            Check(text, SizeText.TryParse(text, out value) && value >= min && value <= max))
        { SchemaType = "", Pattern = SizeText.Pattern, RangeText = range };
    }

    private static string? Check(string text, bool fits) => fits && text.Length != 0 ? null : "";

    private static bool IsPrintable(string text) => !text.Any(char.IsControl);

    /// <summary>
    /// An origin as browsers send it (RFC 6454 section 6.2): lower case, without the scheme's own port.
    /// </summary>
    private static string? ReadOrigin(string text, out string value)
    {
        value = text.ToLowerInvariant();
        if (value.EndsWith('/') && !value.EndsWith("//", StringComparison.Ordinal)) value = value[..^1];
        var end = value.IndexOf("://", StringComparison.Ordinal);
        if (end <= 0 || !char.IsAsciiLetter(value[0]) || value.Length > 300) return "";
        var scheme = value[..end];
        var rest = value.AsSpan(end + 3);
        if (!scheme.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '.' or '-')) return "";
        if (rest.IsEmpty || rest.ContainsAnyExcept(HostCharacters)) return "";
        var port = scheme switch { "http" => ":80", "https" => ":443", _ => "" };
        if (port.Length > 0 && rest.EndsWith(port)) value = value[..^port.Length];
        return null;
    }

    private static string? ReadNetwork(string text, out IPNetwork value)
    {
        if (IPNetwork.TryParse(text, out value))
            return null;
        if (!IPAddress.TryParse(text, out var address))
            return "";
        value = new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
        return null;
    }
}
