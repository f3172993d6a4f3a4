using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.Crontabs;
using Gatehouse.Core.Discovery.Flows;
using Gatehouse.Core.Discovery.HomeAssistant;
using Gatehouse.Core.Discovery.Hooks;
using Gatehouse.Core.Discovery.UnitFiles;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Tests.Discovery;

/// <summary>Gives one text to every reader of discovery and gathers all that comes out.</summary>
internal static class AllReaders
{
    private static readonly Dictionary<string, string> Homes = new() { ["bob"] = "/srv/bob" };

    /// <summary>Every format's sample.</summary>
    public static IReadOnlyList<string> Samples { get; } =
    [
        Discovery.Samples.SystemCrontab, Discovery.Samples.MorningScript, Discovery.Samples.Service,
        Discovery.Samples.Timer, Discovery.Samples.EnvironmentFile, Discovery.Samples.PythonScript,
        Discovery.Samples.Hooks, Discovery.Samples.N8n, Discovery.Samples.NodeRed, Discovery.Samples.Automations,
        Discovery.Samples.Configuration, Discovery.Samples.ConfigEntries,
    ];

    /// <summary>Everything that a person could come to see.</summary>
    public static List<string> Shown(string text)
    {
        var shown = new List<string>();
        string? Read(string path) => path.Length % 2 == 0 ? text : Discovery.Samples.MorningScript;
        var scripts = new ScriptCache(Read);
        void Take(ObservationReading reading)
        {
            shown.Add(reading.Problem ?? "");
            foreach (var observation in reading.Observations)
                TakeObservation(observation);
        }
        void TakeObservation(Observation observation)
        {
            shown.AddRange([observation.Name, observation.Place, observation.User ?? "", observation.Cron ?? "",
                observation.ToString()]);
            shown.AddRange(observation.Evidence.SelectMany(piece => (string[])[piece.Where, piece.Value]));
        }
        Take(CrontabReader.Read(new CrontabFile("/etc/crontab", text, CrontabKind.System), Homes, scripts));
        Take(CrontabReader.Read(new CrontabFile("/x/bob", text, CrontabKind.User, "bob"), Homes, scripts));
        Take(CrontabReader.ReadScriptOfFolder("/etc/cron.daily/ab", "@daily", scripts));
        Take(N8nReader.Read("/a.json", text));
        Take(NodeRedReader.Read("/flows.json", text));
        Take(HooksReader.Read("/hooks.json", text, scripts));
        Take(HooksReader.Read("/hooks.yaml", text, scripts));
        UnitFacts[] units =
        [
            UnitReader.Read("a.service", new UnitFile("/etc/a.service", text), new UnitFile("/etc/a.service.d/b.conf",
                "[Service]\nExecStart=/srv/even/x.sh\nEnvironmentFile=/srv/odd/x.en\n")),
            UnitReader.Read("a.timer", new UnitFile("/etc/a.timer", text)),
        ];
        foreach (var observation in UnitObservations.Of(new UnitSet(units), scripts))
            TakeObservation(observation);
        shown.AddRange(units.SelectMany(unit => unit.Directives.Select(one => one.ToString()).Append(unit.ToString())));
        HomeFile[] homes = [new("/c/automations.yaml", text), new("/c/configuration.yaml", text),
            new("/c/.storage/core.config_entries", text), new("/c/a/one.yaml", text) { Section = "automation" },
            new("/c/a/two.yaml", text) { Section = "script", IsOneEntry = true },
            new("/c/a/three.yaml", text) { Section = "packages" }];
        shown.AddRange(HomeIncludes.Of("/c", text).Select(static one => one.Section));
        foreach (var file in homes)
        {
            var homeAssistant = HomeAssistantReader.Read([file]);
            shown.AddRange(homeAssistant.Problems.Select(problem => problem.Path + problem.Why));
            foreach (var observation in homeAssistant.Observations)
                TakeObservation(observation);
        }
        shown.AddRange(EvidenceText.Find("x", text).Select(piece => piece.Where + piece.Value));
        shown.AddRange(EvidenceText.FindInVariable(EnvironmentFact.Parse(text))
            .Select(piece => piece.Where + piece.Value));
        return shown;
    }
}
