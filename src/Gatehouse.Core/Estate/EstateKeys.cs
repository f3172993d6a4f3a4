using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>The top-level keys: the root of the one table from which reader, schema and documents are made.</summary>
internal static class EstateKeys
{
    /// <summary>The version of the format that this program reads.</summary>
    public const long Version = 1;

    public static readonly Setting<long> Estate = new("estate", Shapes.Whole(Version, Version, ""),
        "Version of this format.")
    { Required = true };

    public static readonly Setting<string> Name = new("name", Shapes.Key,
        "Name of the estate: the first half of the ledger's origin.")
    { Default = "home", DefaultText = "home" };

    public static readonly Setting<string> Node = new("node", Shapes.Key,
        "Name of this node: the second half of the ledger's origin.")
    { DefaultText = "the host name" };

    public static readonly Setting<TimeZoneInfo> TimeZone = new("time-zone", Shapes.TimeZone,
        "Time zone in which schedules are meant.")
    { Default = TimeZoneInfo.Utc, DefaultText = "UTC" };

    public static readonly Setting<SectionReader> Listen = new("listen", SectionKeys.Listen,
        "Addresses of the gate; a change needs a restart.");

    public static readonly Setting<SectionReader> Zones = new("zones", SectionKeys.Zones, "Which addresses are near.");

    public static readonly Setting<SectionReader> Ledger = new("ledger", SectionKeys.Ledger,
        "Size and clocks of the ledger.");

    public static readonly Setting<bool> Store = new("store",
        new ReservedShape("`store:` is not available yet: the ledger lies in the home; leave the key out"),
        "Reserved for other databases.");

    public static readonly Setting<SectionReader> Defaults = new("defaults", LimitKeys.Defaults,
        "What every job inherits where it does not say otherwise.");

    public static readonly Setting<ImmutableArray<KeyValuePair<string, SectionReader>>> Prices = new("prices",
        new NamedShape(SectionKeys.Price, NameText.ModelPattern, NameText.IsModel, NameText.ModelExpected),
        "Prices by model key or upstream name.")
    { Default = [] };

    public static readonly Setting<ImmutableArray<KeyValuePair<string, SectionReader>>> Models = new("models",
        new NamedShape(ModelKeys.Section, NameText.ModelPattern, NameText.IsModel, NameText.ModelExpected),
        "The models of the house.")
    { Required = true, Default = [] };

    public static readonly Setting<ImmutableArray<KeyValuePair<string, SectionReader>>> Sinks = new("sinks",
        new NamedShape(SinkKeys.Section, NameText.KeyPattern, NameText.IsKey, NameText.KeyExpected),
        "Where outputs go.")
    { Default = [] };

    public static readonly Setting<ImmutableArray<KeyValuePair<string, SectionReader>>> Jobs = new("jobs",
        new NamedShape(JobKeys.Section, NameText.KeyPattern, NameText.IsKey, NameText.KeyExpected),
        "The jobs that call models.")
    { Required = true, Default = [] };

    public static readonly SectionShape Section = new("an estate", Estate, Name, Node, TimeZone, Listen, Zones, Ledger,
        Store, Defaults, Prices, Models, Sinks, Jobs);
}
