using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery.Crontabs;

/// <summary>One entry of a table of cron, taken apart.</summary>
/// <param name="Schedule">The five fields or the macro, as they stand there.</param>
/// <param name="User">The user; null when the format has none.</param>
/// <param name="Command">The command, without what stands behind the first <c>%</c>.</param>
/// <param name="Input">What the command reads, one line for each further <c>%</c>; empty when there is none.</param>
internal sealed record CronLine(string Schedule, string? User, string Command, string Input)
{
    private static readonly char[] Blanks = [' ', '\t'];

    /// <summary>Whether it starts at the start of the machine and at no time of the clock.</summary>
    public bool IsAtBoot => Schedule.Equals("@reboot", StringComparison.OrdinalIgnoreCase);

    /// <summary>The schedule where the estate's own reader can read it; null otherwise.</summary>
    public string? Cron => IsAtBoot ? null : CronSchedule.TryParse(Schedule)?.ToString();

    /// <summary>Takes a line apart; null when it is no entry.</summary>
    public static CronLine? TryParse(string line, CrontabKind kind)
    {
        var rest = line.TrimStart(Blanks).TrimStart('-');
        var fields = rest.StartsWith('@') ? 1 : 5;
        var words = new string[fields + (kind == CrontabKind.System ? 1 : 0)];
        for (var at = 0; at < words.Length; at++)
        {
            var end = rest.IndexOfAny(Blanks);
            if (end <= 0)
                return null;
            (words[at], rest) = (rest[..end], rest[end..].TrimStart(Blanks));
        }
        if (rest.Length == 0 || !words[..fields].All(IsField))
            return null;
        var (command, input) = Split(rest);
        return new CronLine(
            string.Join(' ', words[..fields]), kind == CrontabKind.System ? words[fields] : null, command,
            input);
    }

    private static bool IsField(string word) => word.StartsWith('@')
        || (char.IsAsciiDigit(word[0]) || word[0] is '*' or '~' || word.All(static one => char.IsAsciiLetter(one)
            || one is ',' or '-' or '/' || char.IsAsciiDigit(one)));

    /// <summary>A <c>%</c> ends a line, the first one the command; <c>\%</c> is a percent sign.</summary>
    private static (string Command, string Input) Split(string text)
    {
        const char Mark = '\u0001';
        var parts = text.Replace("\\%", $"{Mark}", StringComparison.Ordinal).Split('%', 2);
        return (parts[0].Replace(Mark, '%'), parts.Length == 1 ? "" : parts[1].Replace('%', '\n').Replace(Mark, '%'));
    }
}
