using System.Collections.Frozen;
using System.Net;
using System.Text;

namespace Gatehouse.Core.Estate;

/// <summary>Reads an estate file. No file makes it throw; everything wrong is reported at once.</summary>
public static class EstateReader
{
    /// <summary>Largest file in bytes of UTF-8: 1,000 full jobs take about 700 KiB.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>Reads a file's text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="fileName">The name that problems carry; the file itself is not opened.</param>
    /// <returns>A plan, or the problems that prevent one; warnings in both cases.</returns>
    public static EstateReading Read(string yaml, string fileName)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(fileName);
        var problems = new EstateProblems(fileName);
        var plan = ReadPlan(yaml, problems);
        return new EstateReading
        {
            Plan = problems.HasErrors ? null : plan,
            Problems = [.. problems.Errors],
            Warnings = [.. problems.Warnings],
        };
    }

    private static EstatePlan? ReadPlan(string yaml, EstateProblems problems)
    {
        if (yaml.Length > BytesMax || Encoding.UTF8.GetByteCount(yaml) > BytesMax)
        {
            problems.ErrorAt(1, 1, $"the file is larger than {SizeText.Of(BytesMax)}");
            return null;
        }
        var root = EstateTree.Parse(yaml, problems);
        if (root is null)
        {
            if (!problems.HasErrors)
                problems.ErrorAt(1, 1, $"the file is empty; start with `estate: {EstateKeys.Version}`");
            return null;
        }
        if (IsOtherVersion(root, problems) || !EstateKeys.Section.TryRead(root, "", problems, out var section))
            return null;
        return new EstateAssembly(section, problems).Build();
    }

    // A file of another version is not checked against the keys of this one.
    private static bool IsOtherVersion(EstateNode root, EstateProblems problems)
    {
        if (root is not EstateNode.Mapping mapping)
            return false;
        var version = mapping.Entries.Find(entry => entry.Key.Text == EstateKeys.Estate.Name).Value;
        if (version is not EstateNode.Scalar { IsEmpty: false } scalar || scalar.Text == $"{EstateKeys.Version}")
            return false;
        problems.Error(version, EstateKeys.Estate.Name,
            $"this gatehouse reads version {EstateKeys.Version}, the file says {DisplayText.Quote(scalar.Text)}",
            $"`estate: {EstateKeys.Version}`, or a gatehouse that reads the other version");
        return true;
    }
}

/// <summary>Builds the plan from the sections of a file and checks what one key alone cannot tell.</summary>
internal sealed class EstateAssembly(SectionReader estate, EstateProblems problems)
{
    // Built in, so that a job without a sink of its own says so in one word.
    private static readonly SinkPlan[] BuiltInSinks =
    [
        new() { Key = "stdout", Kind = SinkKind.Stdout, Zone = Zone.Host },
        new() { Key = "none", Kind = SinkKind.None, Zone = Zone.Host },
    ];

    /// <summary>Reads every key; the result is usable only when no problem was reported.</summary>
    public EstatePlan Build()
    {
        estate.Get(EstateKeys.Estate);
        estate.Get(EstateKeys.Store);
        var zones = new NetworkZones(estate.Get(EstateKeys.Zones)?.Get(SectionKeys.Lan) ?? SectionKeys.Lan.Default);
        var (gate, control) = BuildListen();
        var defaults = BuildDefaults();
        var prices = BuildPrices();
        var models = estate.Get(EstateKeys.Models)
            .ToDictionary(entry => entry.Key, entry => ModelAssembly.Build(entry.Key, entry.Value, zones, prices));
        var sinks = BuildSinks(zones);
        var guards = estate.Get(EstateKeys.Guards)
            .ToDictionary(entry => entry.Key, entry => GuardAssembly.Build(entry.Key, entry.Value));
        var context = new JobAssembly.Context(
            estate.Has(EstateKeys.Models) ? models : null, sinks, guards, defaults, zones,
            [gate, control]);
        var jobs = new JobAssembly(context, problems).BuildAll(estate.Get(EstateKeys.Jobs));
        return new EstatePlan
        {
            Name = estate.Get(EstateKeys.Name)!,
            Node = estate.Get(EstateKeys.Node),
            Gate = gate,
            Control = control,
            Zones = zones,
            Ledger = BuildLedger(),
            TimeZone = estate.Get(EstateKeys.TimeZone)!,
            Defaults = defaults,
            Prices = prices,
            Models = models.Where(entry => entry.Value is not null).ToFrozenDictionary(e => e.Key, e => e.Value!),
            Sinks = sinks.Where(entry => entry.Value is not null).ToFrozenDictionary(e => e.Key, e => e.Value!),
            Guards = guards.ToFrozenDictionary(),
            Jobs = jobs,
            Warnings = [.. problems.Warnings],
        };
    }

    private (ListenAddress Gate, ListenAddress Control) BuildListen()
    {
        var listen = estate.Get(EstateKeys.Listen);
        var gate = listen?.Get(SectionKeys.Gate) ?? SectionKeys.Gate.Default!;
        var control = listen?.Get(SectionKeys.Control) ?? SectionKeys.Control.Default!;
        if (control is ListenAddress.Tcp tcp && !IPAddress.IsLoopback(tcp.EndPoint.Address))
        {
            listen!.Error(SectionKeys.Control, "control may not be reached from the network until people can sign in",
                "a loopback address such as `127.0.0.1:8421`, or `unix:/path`");
        }
        if (gate.ConflictsWith(control))
        {
            listen!.Error(listen.Has(SectionKeys.Control) ? SectionKeys.Control : SectionKeys.Gate,
                "gate and control have the same address", "two different addresses");
        }
        return (gate, control);
    }

    private JobDefaults BuildDefaults()
    {
        var defaults = estate.Get(EstateKeys.Defaults);
        return new JobDefaults(
            JobAssembly.BuildLimits(defaults?.Get(LimitKeys.LimitsOfJob)),
            defaults?.Get(LimitKeys.BodyBytesMax) ?? LimitKeys.BodyBytesMax.Default,
            defaults?.Get(LimitKeys.Window) ?? LimitKeys.Window.Default);
    }

    private FrozenDictionary<string, ModelPrice> BuildPrices() => estate.Get(EstateKeys.Prices).ToFrozenDictionary(
        entry => entry.Key,
        entry => new ModelPrice(
            entry.Value.Get(SectionKeys.InputPerMillion), entry.Value.Get(SectionKeys.OutputPerMillion)));

    private Dictionary<string, SinkPlan?> BuildSinks(NetworkZones zones)
    {
        var sinks = BuiltInSinks.ToDictionary(sink => sink.Key, sink => (SinkPlan?)sink);
        foreach (var (key, section) in estate.Get(EstateKeys.Sinks))
            sinks[key] = SinkAssembly.BuildSink(key, section, zones);
        return sinks;
    }

    private LedgerPlan BuildLedger()
    {
        var ledger = estate.Get(EstateKeys.Ledger);
        var keep = ledger?.Get(SectionKeys.Keep);
        return new LedgerPlan(
            ledger?.Get(SectionKeys.BytesMax) ?? SectionKeys.BytesMax.Default,
            keep?.Get(SectionKeys.KeepInputs) ?? SectionKeys.KeepInputs.Default,
            keep?.Get(SectionKeys.KeepOutputs) ?? SectionKeys.KeepOutputs.Default,
            keep?.Get(SectionKeys.KeepLogs) ?? SectionKeys.KeepLogs.Default);
    }
}

/// <summary>The table of settings as the documents show it, generated from the table of keys.</summary>
internal static class EstateSettings
{
    /// <summary>Markdown with one table for each top-level key that has keys below it.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder();
        text.Append("# Settings\n\nEvery key of `gatehouse.yaml`, generated from the program's own table; ");
        text.Append("[the schema](schema/estate.schema.json) says the same to editors.\n\n");
        text.Append("`NAME` is a name that you choose, `[]` an item of a list. ");
        text.Append("A key without a default is off when absent, unless it is **required**.\n");
        Table(text, "The file", EstateKeys.Section.Settings.Select(setting => (setting.Name, setting)));
        foreach (var setting in EstateKeys.Section.Settings)
        {
            if (setting.Shape.Section is not null)
                Table(text, $"`{setting.Name}`", Below(setting.Name + setting.Shape.PathSuffix, setting.Shape.Section));
        }
        return text.ToString();
    }

    /// <summary>Every key with its full path, the sections before the keys inside them.</summary>
    public static IEnumerable<(string Path, SettingKey Setting)> All() =>
        EstateKeys.Section.Settings.SelectMany(setting => With(setting.Name, setting));

    private static IEnumerable<(string Path, SettingKey Setting)> Below(string path, SectionShape section) =>
        section.Settings.SelectMany(setting => With($"{path}.{setting.Name}", setting));

    private static IEnumerable<(string Path, SettingKey Setting)> With(string path, SettingKey setting) =>
        setting.Shape.Section is { } section
            ? Below(path + setting.Shape.PathSuffix, section).Prepend((path, setting)) : [(path, setting)];

    private static void Table(StringBuilder text, string title, IEnumerable<(string Path, SettingKey Setting)> rows)
    {
        text.Append($"\n## {title}\n\n| Key | What it does | Value | Range | Default | Why |\n");
        text.Append("|---|---|---|---|---|---|\n");
        foreach (var (path, setting) in rows)
        {
            var fallback = setting.Required ? "**required**" : setting.DefaultText ?? "";
            string[] cells = [$"`{path}`", setting.Summary, setting.Shape.Expected, setting.Shape.Range, fallback,
                setting.Source ?? ""];
            var shown = cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal));
            text.Append($"| {string.Join(" | ", shown)} |\n");
        }
    }
}
