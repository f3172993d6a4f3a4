using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Discovery.Crontabs;

/// <summary>
/// Reads tables of cron and the scripts of cron's folders, as crontab(5) and run-parts(8) describe them.
/// </summary>
public static class CrontabReader
{
    private const int LinesMax = 2_000; // Lines of one table; cron itself refuses far fewer.
    private const int ObservationsMax = 200; // Entries of one table that are handed on.

    /// <summary>Reads a table.</summary>
    /// <param name="file">The table.</param>
    /// <param name="homes">Homes by user, for scripts that a command names relative to its home.</param>
    /// <param name="scripts">The scripts that commands name.</param>
    public static ObservationReading Read(
        CrontabFile file, IReadOnlyDictionary<string, string> homes, ScriptCache scripts)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(homes);
        ArgumentNullException.ThrowIfNull(scripts);
        var observations = ImmutableArray.CreateBuilder<Observation>();
        var variables = new List<EnvironmentFact>();
        var (number, odd) = (0, 0);
        foreach (var raw in file.Text.Split('\n', LinesMax + 1).Take(LinesMax))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (Variable(line) is { } variable)
            {
                variables.Add(variable);
            }
            else if (CronLine.TryParse(line, file.Kind) is not { } entry)
            {
                odd++;
            }
            else if (observations.Count < ObservationsMax
                && ObservationOf(file, number, entry, (variables, homes, scripts)) is { } observation)
            {
                observations.Add(observation);
            }
        }
        return new ObservationReading(observations.ToImmutable(), odd == 0 ? null
            : $"{odd} lines are no entries of cron");
    }

    /// <summary>Reads a script of <c>/etc/cron.daily</c> and its like.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="cron">When the scripts of its folder start, as <c>@daily</c>.</param>
    /// <param name="scripts">Hands over the script, and what it takes in.</param>
    public static ObservationReading ReadScriptOfFolder(string path, string cron, ScriptCache scripts)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(scripts);
        var evidence = scripts.Evidence(path);
        if (evidence.All(static piece => piece.Kind is EvidenceKind.Power or EvidenceKind.Upkeep))
            return ObservationReading.Nothing;
        var observation = new Observation
        {
            Kind = ObservationKind.CronLine,
            Place = DisplayWord.Path(path),
            Name = DisplayWord.Of(NameOf(path)),
            User = "root",
            Trigger = TriggerKind.Cron,
            Cron = cron,
            Evidence = evidence,
        };
        return new ObservationReading([observation], null);
    }

    /// <summary>
    /// Whether run-parts and cron itself pass a name over, as Debian's do: other than letters, digits, <c>_</c> and
    /// <c>-</c>.
    /// </summary>
    /// <param name="name">The name of a file in <c>/etc/cron.d</c> or <c>/etc/cron.daily</c>.</param>
    public static bool IsPassedOver(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length == 0 || !name.All(static one => char.IsAsciiLetterOrDigit(one) || one is '_' or '-');
    }

    private static Observation? ObservationOf(CrontabFile file, int number, CronLine entry,
        (List<EnvironmentFact> Variables, IReadOnlyDictionary<string, string> Homes, ScriptCache Scripts) around)
    {
        var user = entry.User ?? file.User;
        var home = user is null ? null : around.Homes.GetValueOrDefault(user);
        var bag = new EvidenceBag();
        bag.AddRange(EvidenceText.FindInCommand("command", entry.Command, Values(around.Variables, home)));
        bag.AddRange(EvidenceText.Find("input", entry.Input));
        var scripts = ScriptPaths.Of(entry.Command, home, home, Values(around.Variables, home));
        foreach (var path in scripts)
            bag.AddRange(around.Scripts.Evidence(path));
        if (!bag.IsEvidence)
            return null;
        foreach (var variable in around.Variables)
            bag.AddRange(EvidenceText.FindInVariable(variable));
        // What starts with the machine and serves models goes on running; any other line ends.
        var software = entry.IsAtBoot ? Programs.SoftwareOf(bag.ToImmutable()) : null;
        return new Observation
        {
            Kind = ObservationKind.CronLine,
            Software = software,
            ListeningPorts = software is { Port: > 0 } ? [software.Port] : [],
            Place = DisplayWord.Path($"{file.Path}:{number}"),
            Name = DisplayWord.Of(NameOfScript(scripts) ?? NameOfCommand(entry.Command)),
            User = user is null ? null : DisplayWord.Of(user),
            Trigger = entry.IsAtBoot ? TriggerKind.Event : TriggerKind.Cron,
            Cron = entry.Cron,
            Evidence = bag.ToImmutable(),
        };
    }

    /// <summary>What the shell that cron starts has in its variables.</summary>
    private static ShellVariables Values(List<EnvironmentFact> variables, string? home)
    {
        var values = new ShellVariables();
        if (home is not null) values.Set("HOME", home);
        foreach (var variable in variables.Where(static one => one.Value is not null))
            values.Set(variable.Name, variable.Value!);
        return values;
    }

    /// <summary><c>NAME = value</c>, with or without quotes, as crontab(5) has it.</summary>
    private static EnvironmentFact? Variable(string line)
    {
        var cut = line.IndexOf('=', StringComparison.Ordinal);
        if (cut <= 0)
            return null;
        var name = line[..cut].Trim().Trim('"', '\'');
        if (name.Length == 0 || !name.All(static one => char.IsAsciiLetterOrDigit(one) || one == '_')
            || char.IsAsciiDigit(name[0]))
        {
            return null;
        }
        return EnvironmentFact.Of(name, line[(cut + 1)..].Trim().Trim('"', '\''));
    }

    private static string NameOf(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.LastIndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }

    /// <summary>The first script's name; an interpreter of one's own environment before it is none.</summary>
    private static string? NameOfScript(ImmutableArray<string> scripts)
        => (scripts.FirstOrDefault(static path => !IsInterpreter(path)
            && !path.EndsWith(".env", StringComparison.Ordinal)) ?? scripts.FirstOrDefault()) is { } script
            ? NameOf(script) : null;

    private static bool IsInterpreter(string path) => path[(path.LastIndexOf('/') + 1)..] is var name
        && (name is "node" or "deno" or "bun" or "uv" or "bash" or "sh" or "ruby" or "perl" or "php"
            || (name.StartsWith("python", StringComparison.Ordinal)
                && name["python".Length..].All(static one => char.IsAsciiDigit(one) || one == '.')));

    private static string NameOfCommand(string command)
    {
        var words = ShellWords.Commands(command).FirstOrDefault(static one => one[0] != "cd") ?? [command];
        var word = words.FirstOrDefault(static one => !one.Contains('=', StringComparison.Ordinal)) ?? words[0];
        return NameOf(word);
    }
}

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

/// <summary>A table of cron, as it lies on the host.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Text">The content of the file.</param>
/// <param name="Kind">Its format.</param>
/// <param name="User">Whose table it is, where it is a user's; null otherwise.</param>
public sealed record CrontabFile(string Path, string Text, CrontabKind Kind, string? User = null);

/// <summary>Which of cron's formats a file has.</summary>
public enum CrontabKind
{
    /// <summary><c>/etc/crontab</c> and the files of <c>/etc/cron.d</c>: the sixth word is the user.</summary>
    System,

    /// <summary>A user's own table: everything behind the schedule is the command.</summary>
    User,
}
