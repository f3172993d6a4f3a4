using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Clues;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Units;

namespace Gatehouse.Core.Discovery.UnitFiles;

/// <summary>Turns systemd services, with what starts them, into sights.</summary>
public static class UnitSights
{
    private const string Service = "Service";
    private const int VariablesMax = 200; // Variables of one unit that are looked at.

    private const int CommandsMax = 50; // Commands of one kind; units of people have one or two.

    private static readonly string[] Commands =
        ["ExecStartPre", "ExecStart", "ExecStartPost", "ExecCondition", "ExecStop", "ExecStopPost"];

    private static readonly (string End, string Section, TriggerKind Kind)[] Starters =
    [
        (".timer", "Timer", TriggerKind.Cron), (".path", "Path", TriggerKind.Event),
        (".socket", "Socket", TriggerKind.Event),
    ];

    /// <summary>The services that show anything of interest.</summary>
    /// <param name="set">The units.</param>
    /// <param name="scripts">The scripts and files of variables that services name.</param>
    public static ImmutableArray<Sight> Of(UnitSet set, ScriptShelf scripts)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(scripts);
        var started = Started(set.Units);
        var sights = ImmutableArray.CreateBuilder<Sight>();
        foreach (var unit in set.Units)
        {
            if (unit.Name.EndsWith(".service", StringComparison.Ordinal)
                && SightOf(unit, set, started, scripts) is { } one)
            {
                sights.Add(one);
            }
        }
        return sights.ToImmutable();
    }

    private static Sight? SightOf(
        UnitFacts unit, UnitSet set, Dictionary<string, UnitFacts> started, ScriptShelf scripts)
    {
        var bag = new ClueBag();
        var folder = unit.Get(Service, "WorkingDirectory")?.TrimStart('-');
        folder = folder == "~" ? set.Home : folder;
        foreach (var key in Commands)
        {
            foreach (var line in unit.Each(Service, key).Take(CommandsMax))
                AddCommand(bag, line, (folder, set.Home), scripts);
        }
        AddVariables(bag, unit, scripts);
        if (!bag.IsEvidence)
            return null;
        var starter = started.GetValueOrDefault(unit.Name);
        return new Sight
        {
            Kind = SightKind.Unit,
            Place = ShownWord.Of(unit.Path),
            Name = ShownWord.Of(unit.Name[..^".service".Length]),
            User = ShownWord.Of(unit.Get(Service, "User") is { Length: > 0 } user ? user : set.User ?? "root"),
            Trigger = TriggerOf(unit, starter),
            Cron = starter is null ? null : CronOf(starter),
            Clues = bag.ToImmutable(),
        };
    }

    private static void AddCommand(
        ClueBag bag, UnitDirective line, (string? Folder, string? Home) place, ScriptShelf scripts)
    {
        // The marks before the program say how it is started and are no part of its name (systemd.service(5)).
        var words = UnitText.Words(line.Value.TrimStart('@', '-', ':', '+', '!'));
        if (words.IsEmpty)
            return;
        var where = $"{line.Key} {line.Path}:{line.Line}";
        bag.AddRange(ClueText.FindInArguments(where, words));
        foreach (var path in ScriptPaths.Of(string.Join(' ', words), place.Folder, place.Home))
            bag.AddRange(scripts.Clues(path));
    }

    private static void AddVariables(ClueBag bag, UnitFacts unit, ScriptShelf scripts)
    {
        foreach (var assignment in unit.Words(Service, "Environment").Take(VariablesMax))
            bag.AddRange(ClueText.FindInVariable(EnvironmentFact.Parse(assignment)));
        foreach (var file in unit.All(Service, "EnvironmentFile").Take(10))
        {
            if (scripts.Text(file.TrimStart('-')) is not { } text)
                continue;
            foreach (var line in text.Split('\n').Select(static one => one.Trim()).Take(VariablesMax))
            {
                if (line.Length > 0 && line[0] is not ('#' or ';') && UnitText.Words(line) is [var assignment, ..])
                    bag.AddRange(ClueText.FindInVariable(EnvironmentFact.Parse(assignment)));
            }
        }
    }

    /// <summary>Which unit starts which service: by <c>Unit=</c>, else by its own name.</summary>
    private static Dictionary<string, UnitFacts> Started(IReadOnlyList<UnitFacts> units)
    {
        var started = new Dictionary<string, UnitFacts>(StringComparer.Ordinal);
        foreach (var (end, section, _) in Starters)
        {
            foreach (var unit in units.Where(one => one.Name.EndsWith(end, StringComparison.Ordinal)))
            {
                var named = unit.Get(section, section == "Socket" ? Service : "Unit");
                started.TryAdd(named is { Length: > 0 } ? named : $"{unit.Name[..^end.Length]}.service", unit);
            }
        }
        return started;
    }

    private static TriggerKind? TriggerOf(UnitFacts unit, UnitFacts? starter)
    {
        foreach (var (end, _, kind) in Starters)
        {
            if (starter?.Name.EndsWith(end, StringComparison.Ordinal) == true)
                return kind;
        }
        return unit.Get(Service, "Type") == "oneshot" ? null : TriggerKind.Always;
    }

    private static string? CronOf(UnitFacts timer)
    {
        var calendars = timer.All("Timer", "OnCalendar").Take(2).ToArray();
        return calendars.Length == 1 && CalendarText.ToCron(calendars[0]) is { } cron
            ? CronSchedule.TryParse(cron)?.ToString() : null;
    }
}
