using System.Globalization;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Discovery.UnitFiles;

/// <summary>
/// Tells at which address a program without a container serves: by its options, its variables, and else by its own
/// choice.
/// </summary>
internal static class ServedAddress
{
    private const string Everywhere = "0.0.0.0";

    // Those that listen on every address unless they are told otherwise; others on the loopback.
    private static readonly string[] OpenByChoice = ["vLLM", "LiteLLM", "LocalAI", "SGLang", "KoboldCpp", "llama-swap"];

    // Those whose option `--listen` opens them to others, with an address behind it or without one.
    private static readonly string[] OpensByFlag = ["ComfyUI", "Stable Diffusion web UI", "text-generation-webui"];

    /// <summary>The host and the port; port 0 when it serves no models or its port is not known.</summary>
    public static (string Host, int Port) Of(
        KnownSoftware? software, IReadOnlyList<string> words, IReadOnlyList<EnvironmentFact> variables)
    {
        if (software?.Role is not (SoftwareRole.Server or SoftwareRole.Proxy)) return ("", 0);
        string? host = null;
        int? port = null;
        var (hostVariable, portVariable) = software.Name switch
        {
            "Ollama" => ("OLLAMA_HOST", ""),
            "llama.cpp" => ("LLAMA_ARG_HOST", "LLAMA_ARG_PORT"),
            _ => ("HOST", "PORT"),
        };
        foreach (var variable in variables)
        {
            if (variable.Name == portVariable) port = Number(variable.Value) ?? port;
            if (variable.Name != hostVariable || variable.Value is not { Length: > 0 } value) continue;
            if (value.StartsWith(':')) port = Number(value[1..]) ?? port;
            else if (ParsedUrl.TryParse(value) is { } url) (host, port) = (url.Host, url.Port ?? port);
        }
        if (Listen(words) is { } both) (host, port) = (both.Host.Length == 0 ? Everywhere : both.Host, both.Port);
        if (OpensByFlag.Contains(software.Name) && words.Contains("--listen"))
            host = Option(words, "--listen") is { } at && !at.StartsWith('-') ? at.Split(',')[0] : Everywhere;
        if (Option(words, "--host", "--listen-host", "--hostname") is { } said) host = said;
        // Its page has a port of its own; models are served at that of its API.
        if (software.Name == "text-generation-webui") port = Number(Option(words, "--api-port")) ?? port;
        // The short option of whisper.cpp says how many processors it takes.
        string[] options = software.Name == SoftwareTable.WhisperCpp ? ["--port"] : ["--port", "-p"];
        if (Number(Option(words, options)) is { } number) port = number;
        host ??= OpenByChoice.Contains(software.Name) ? Everywhere : "127.0.0.1";
        return (host is "::" or "*" ? Everywhere : host, port ?? software.Port);
    }

    /// <summary>
    /// The host and the port in one option, as llama-swap and LocalAI have it; null where it names no port, for
    /// elsewhere <c>--listen</c> takes a host or nothing.
    /// </summary>
    internal static (string Host, int Port)? Listen(IReadOnlyList<string> words)
        => Option(words, "--listen", "-listen", "--address", "-address") is { } said
            && said.LastIndexOf(':') is >= 0 and var cut && Number(said[(cut + 1)..]) is { } port
            ? (said[..cut].Trim('[', ']'), port) : null;

    private static string? Option(IReadOnlyList<string> words, params string[] names)
    {
        for (var at = 0; at < words.Count; at++)
        {
            foreach (var name in names)
            {
                if (words[at] == name && at + 1 < words.Count) return words[at + 1];
                if (words[at].StartsWith(name + "=", StringComparison.Ordinal)) return words[at][(name.Length + 1)..];
            }
        }
        return null;
    }

    private static int? Number(string? text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port : null;
}

/// <summary>
/// Says what <c>OnCalendar=</c> means as five cron fields, where cron can say it (systemd.time(7), calendar events).
/// </summary>
internal static class CalendarText
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["minutely"] = "* * * * *",
        ["hourly"] = "0 * * * *",
        ["daily"] = "0 0 * * *",
        ["weekly"] = "0 0 * * MON",
        ["monthly"] = "0 0 1 * *",
        ["quarterly"] = "0 0 1 1,4,7,10 *",
        ["semiannually"] = "0 0 1 1,7 *",
        ["yearly"] = "0 0 1 1 *",
        ["annually"] = "0 0 1 1 *",
    };

    private static readonly string[] Days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];

    /// <summary>The cron fields; null when cron cannot say it.</summary>
    public static string? ToCron(string calendar)
    {
        var text = calendar.Trim();
        if (Words.TryGetValue(text, out var known))
            return known;
        var parts = text.Split((char[])[' ', '\t'], 5, StringSplitOptions.RemoveEmptyEntries).ToList();
        var days = parts.Count > 0 && char.IsAsciiLetter(parts[0][0]) ? WeekDays(parts[0]) : "*";
        if (days is null)
            return null;
        if (days != "*")
            parts.RemoveAt(0);
        var date = parts.Count > 0 && parts[0].Contains('-', StringComparison.Ordinal) ? parts[0] : null;
        if (date is not null)
            parts.RemoveAt(0);
        var time = parts.Count > 0 && parts[0].Contains(':', StringComparison.Ordinal) ? parts[0] : null;
        if (time is not null)
            parts.RemoveAt(0);
        // What is left names a time zone, which cron cannot say.
        return parts.Count > 0 || (date ?? time ?? (days == "*" ? null : "")) is null
            ? null : Join(days, DateOf(date), TimeOf(time));
    }

    private static string? Join(string days, (string Month, string Day)? date, (string Hour, string Minute)? time)
    {
        if (date is not { } on || time is not { } at)
            return null;
        // systemd asks for both days to fit, cron for either.
        return days != "*" && on.Day != "*" ? null : $"{at.Minute} {at.Hour} {on.Day} {on.Month} {days}";
    }

    private static (string Month, string Day)? DateOf(string? date)
    {
        if (date is null)
            return ("*", "*");
        var parts = date.Split('-');
        if (parts.Length is not (2 or 3) || (parts.Length == 3 && parts[0] != "*"))
            return null;
        return Field(parts[^2], 1, 12) is { } month && Field(parts[^1], 1, 31) is { } day ? (month, day) : null;
    }

    private static (string Hour, string Minute)? TimeOf(string? time)
    {
        if (time is null)
            return ("0", "0");
        var parts = time.Split(':');
        if (parts.Length is not (2 or 3) || (parts.Length == 3 && parts[2].Trim('0') is not ("" or ".")))
            return null;
        return Field(parts[0], 0, 23) is { } hour && Field(parts[1], 0, 59) is { } minute ? (hour, minute) : null;
    }

    /// <summary><c>7</c>, <c>1,2</c>, <c>8..18</c>, <c>*</c>, and each with a step behind a slash.</summary>
    private static string? Field(string text, int first, int last)
    {
        var items = text.Split(',').Select(item => Item(item, first, last)).ToArray();
        return items.Length > 60 || items.Any(static item => item is null) ? null : string.Join(',', items);
    }

    private static string? Item(string text, int first, int last)
    {
        var (body, step) = text.Split('/') switch
        {
            [var one] => (one, (int?)null),
            [var one, var by] when Number(by, 1, last) is { } width => (one, width),
            _ => ("", null),
        };
        if (body == "*")
            return step is null ? "*" : $"*/{step}";
        if (body.Split("..") is [var from, var to])
        {
            return Number(from, first, last) is { } low && Number(to, low, last) is { } high
                ? $"{low}-{high}{(step is null ? "" : $"/{step}")}" : null;
        }
        if (Number(body, first, last) is not { } start)
            return null;
        return step is null ? $"{start}" : start == first ? $"*/{step}" : $"{start}-{last}/{step}";
    }

    private static int? Number(string text, int first, int last) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= first && number <= last ? number : null;

    private static string? WeekDays(string text)
    {
        var items = new List<string>();
        foreach (var item in text.TrimEnd(',').Split(','))
        {
            var ends = item.Split("..").Select(DayOf).ToArray();
            if (ends.Length is not (1 or 2) || ends.Any(static day => day is null))
                return null;
            items.Add(string.Join('-', ends));
        }
        return string.Join(',', items);
    }

    private static string? DayOf(string text) => text.Length < 3 ? null : Days.FirstOrDefault(day =>
        text.StartsWith(day, StringComparison.OrdinalIgnoreCase)
        && text.All(char.IsAsciiLetter) && text.Length <= 9);
}
