using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Core.Discovery.UnitFiles;

/// <summary>Turns systemd services, with what starts them, into observations.</summary>
public static class UnitObservations
{
    private const string Service = "Service";
    private const int VariablesMax = 200; // Variables of one unit that are looked at.

    // The home of the manager's user, as systemd's specifier; the system's manager runs as root.
    private const string HomeMark = "%h";
    private const string SystemHome = "/root";

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
    public static ImmutableArray<Observation> Of(UnitSet set, ScriptCache scripts)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(scripts);
        var started = Started(set.Units);
        var observations = ImmutableArray.CreateBuilder<Observation>();
        foreach (var unit in set.Units)
        {
            if (unit.Name.EndsWith(".service", StringComparison.Ordinal)
                && ObservationOf(unit, set, started, scripts) is { } one)
            {
                observations.Add(one);
            }
        }
        return observations.ToImmutable();
    }

    /// <summary>The containers that quadlets of Podman describe.</summary>
    /// <param name="set">Units whose names end in <c>.container</c>.</param>
    /// <param name="scripts">The files of variables that they name.</param>
    public static ImmutableArray<Observation> OfQuadlets(UnitSet set, ScriptCache scripts)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(scripts);
        return [.. set.Units.Select(unit => ContainerRun.Of(unit) is { } run
            ? OfRun(unit, run, set, scripts) with { Trigger = TriggerKind.Always } : null).OfType<Observation>()];
    }

    /// <summary>A container that a unit runs; it is the same one that the engine shows under its name.</summary>
    private static Observation OfRun(UnitFacts unit, ContainerRun run, UnitSet set, ScriptCache scripts)
    {
        var folder = unit.Path[..Math.Max(0, unit.Path.LastIndexOf('/'))];
        var files = run.EnvironmentFiles.Take(10).Select(file => file.Replace(HomeMark,
                set.Home ?? SystemHome, StringComparison.Ordinal))
            .SelectMany(file => VariablesIn(scripts.Text(file.StartsWith('/') ? file : $"{folder}/{file}") ?? ""));
        var name = unit.Name[..unit.Name.LastIndexOf('.')];
        var observation = ContainerObservations.Of(run with { Environment = [.. files, .. run.Environment] },
            DisplayWord.Path(unit.Path), DisplayWord.Of(unit.Name.EndsWith(".container", StringComparison.Ordinal)
                ? run.Name is { } said && !said.StartsWith("systemd-", StringComparison.Ordinal) ? said : name
                : run.Name ?? name), scripts.Text);
        return observation with
        {
            User = DisplayWord.Of(set.User ?? "root"),
            Identities = [.. observation.Identities, ObservationIdentity.Unit($"{name}.service")],
        };
    }

    private static Observation? ObservationOf(
        UnitFacts unit, UnitSet set, Dictionary<string, UnitFacts> started, ScriptCache scripts)
    {
        var starter = started.GetValueOrDefault(unit.Name);
        var (trigger, cron) = (TriggerOf(unit, starter), starter is null ? null : CronOf(starter));
        var variables = Variables(unit, scripts, set.Home ?? SystemHome);
        var values = new ShellVariables();
        foreach (var variable in variables.Where(static one => one.Value is not null))
            values.Set(variable.Name, variable.Value!);
        var folder = unit.Get(Service, "WorkingDirectory")?.TrimStart('-');
        var home = set.Home ?? SystemHome;
        folder = folder == "~" ? set.Home : folder?.Replace(HomeMark, home, StringComparison.Ordinal);
        var words = unit.Each(Service, "ExecStart").LastOrDefault() is { } start
            ? Words(start.Value, values, (folder, home)) : [];
        if (ContainerRun.TryParse(words) is { } run)
        {
            var container = OfRun(unit, run, set, scripts) with { Trigger = trigger, Cron = cron };
            return container.Software is { Role: not SoftwareRole.Plain }
                || container.Evidence
                    .Any(static piece => piece.Kind is not (EvidenceKind.Power or EvidenceKind.OpenPort))
                ? container : null;
        }
        var bag = new EvidenceBag();
        foreach (var key in Commands)
        {
            foreach (var line in unit.Each(Service, key).Take(CommandsMax))
                AddCommand(bag, line, (folder, set.Home), scripts, values);
        }
        foreach (var variable in variables)
            bag.AddRange(EvidenceText.FindInVariable(variable));
        var named = bag.Has(EvidenceKind.ModelServer) ? null : Named(bag, unit, words, (folder, set.Home), scripts);
        if (!bag.IsEvidence)
            return null;
        var served = Served(bag, words, variables, (folder, set.Home), scripts);
        var software = served?.Software ?? Programs.SoftwareOf(EvidenceText.FindInArguments("", words));
        var command = served?.Words ?? words;
        var (host, port) = ServedAddress.Of(software, command, variables);
        // Its script knows the port, so that its usual one is no address.
        software ??= named;
        var settings = AppSettings.PathIn(software, command, folder) is { } path && scripts.Text(path) is { } text
            ? AppSettings.Read(software!, path, text, variables) : [];
        return new Observation
        {
            Kind = ObservationKind.Unit,
            Software = software,
            ListeningPorts = port == 0 ? [] : [port],
            Ports = port != 0 && host is not ("127.0.0.1" or "localhost" or "::1")
                ? [new PortFact(port, "tcp", host, port)] : [],
            Place = DisplayWord.Path(unit.Path),
            Name = DisplayWord.Of(unit.Name[..^".service".Length]),
            User = DisplayWord.Of(unit.Get(Service, "User") is { Length: > 0 } user ? user : set.User ?? "root"),
            Trigger = trigger,
            Cron = cron,
            Variables = [.. variables],
            // Two places may have a model of one name each, so that these stand beside the others as they are.
            Evidence = [.. bag.ToImmutable(), .. settings],
        };
    }

    /// <summary>The words of a command, with the unit's own variables put in as systemd does.</summary>
    private static ImmutableArray<string> Words(
        string command, ShellVariables values, (string? Folder, string? Home) place)
    {
        // The marks before the program say how it is started and are no part of its name (systemd.service(5)).
        ImmutableArray<string> words = [.. UnitText.Words(command.TrimStart('@', '-', ':', '+', '!'))
            .Select(values.ExpandKnown)
            .Select(word => word.Replace(HomeMark, place.Home ?? SystemHome, StringComparison.Ordinal))];
        // What a script of Python is may stand in the name of its folder only.
        var at = 1;
        while (at < words.Length && words[at].StartsWith('-')) at++;
        return at < words.Length && place.Folder is { } folder
            && words[0][(words[0].LastIndexOf('/') + 1)..].StartsWith("python", StringComparison.Ordinal)
            && words[at].EndsWith(".py", StringComparison.Ordinal)
            && ScriptPaths.Absolute(words[at], folder, null) is { } path ? words.SetItem(at, path) : words;
    }

    private static void AddCommand(
        EvidenceBag bag, UnitDirective line, (string? Folder, string? Home) place, ScriptCache scripts,
        ShellVariables values)
    {
        var words = Words(line.Value, values, place);
        if (words.IsEmpty)
            return;
        var where = $"{line.Key} {line.Path}:{line.Line}";
        // A service that waits for its model server before it starts is more than a health check.
        var isMain = line.Key == "ExecStart";
        bag.AddRange(Kept(EvidenceText.FindInArguments(where, words), isMain));
        var software = Programs.SoftwareOf(EvidenceText.FindInArguments("", words));
        foreach (var path in ScriptPaths.Of(string.Join(' ', words), place.Folder, place.Home)
            .Where(path => !AppSettings.IsSettings(software, path)))
        {
            bag.AddRange(Kept(scripts.Evidence(path), isMain));
        }

        static IEnumerable<Evidence> Kept(ImmutableArray<Evidence> evidence, bool isMain)
            => evidence.Where(piece => isMain || piece.Kind != EvidenceKind.Upkeep);
    }

    /// <summary>The command of a script by which a unit serves models; null where its own command says so.</summary>
    private static (KnownSoftware Software, IReadOnlyList<string> Words)? Served(
        EvidenceBag bag, ImmutableArray<string> words, IReadOnlyList<EnvironmentFact> variables,
        (string? Folder, string? Home) place, ScriptCache scripts)
    {
        if (!bag.Has(EvidenceKind.ModelServer)
            || Programs.SoftwareOf(EvidenceText.FindInArguments("", words)) is not null)
        {
            return null;
        }
        return ScriptPaths.Of(string.Join(' ', words), place.Folder, place.Home).Select(scripts.Text).OfType<string>()
            .Select(text => ServedModel.In(text, variables))
            .FirstOrDefault(static found => found is not null) is { } one ? (one.Software, one.Words) : null;
    }

    /// <summary>
    /// The server whose name a unit has, where the script that it starts names it too: how it comes to its path may be
    /// more than can be told without running it.
    /// </summary>
    private static KnownSoftware? Named(EvidenceBag bag, UnitFacts unit, ImmutableArray<string> words,
        (string? Folder, string? Home) place, ScriptCache scripts)
    {
        var name = unit.Name[..^".service".Length];
        if (!Programs.Serves(name) || SoftwareTable.OfProgram(name) is not { Role: SoftwareRole.Server } software)
            return null;
        var path = ScriptPaths.Of(string.Join(' ', words), place.Folder, place.Home).FirstOrDefault(path
            => scripts.Text(path) is { } text && EvidenceText.IsShellScript(path, text)
                && text.Contains($"/{name}", StringComparison.Ordinal));
        if (path is null) return null;
        bag.Add(EvidenceKind.ModelServer, path, name);
        return software;
    }

    private static List<EnvironmentFact> Variables(UnitFacts unit, ScriptCache scripts, string home)
    {
        var variables = unit.Words(Service, "Environment").Take(VariablesMax).Select(EnvironmentFact.Parse).ToList();
        foreach (var file in unit.All(Service, "EnvironmentFile").Take(10))
        {
            variables.AddRange(VariablesIn(scripts.Text(file.TrimStart('-')
                .Replace(HomeMark, home, StringComparison.Ordinal)) ?? ""));
        }
        return variables;
    }

    private static IEnumerable<EnvironmentFact> VariablesIn(string text)
    {
        foreach (var line in text.Split('\n').Select(static one => one.Trim()).Take(VariablesMax))
        {
            if (line.Length > 0 && line[0] is not ('#' or ';') && UnitText.Words(line) is [var assignment, ..])
                yield return EnvironmentFact.Parse(assignment);
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

/// <summary>All units of one manager: the system's, or those of one user.</summary>
/// <param name="Units">The units, every kind together, because a timer starts a service.</param>
/// <param name="User">Whose manager it is; null for the system's.</param>
/// <param name="Home">That user's home; null for the system's.</param>
public sealed record UnitSet(IReadOnlyList<UnitFacts> Units, string? User = null, string? Home = null);
