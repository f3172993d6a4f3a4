using System.Collections.Frozen;
using System.Net;

namespace Gatehouse.Core.Estate;

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
        var house = new JobAssembly.House(
            estate.Has(EstateKeys.Models) ? models : null, sinks, defaults, zones, [gate, control]);
        var jobs = new JobAssembly(house, problems).BuildAll(estate.Get(EstateKeys.Jobs));
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
