using System.Collections.Immutable;
using System.Net;

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
        "The models that jobs may call.")
    { Required = true, Default = [] };

    public static readonly Setting<ImmutableArray<KeyValuePair<string, SectionReader>>> Guards = new("guards",
        new NamedShape(GuardKeys.Section, NameText.KeyPattern, NameText.IsKey, NameText.KeyExpected),
        "What prompts and answers are checked for, and what is done about it.")
    { Default = [] };

    public static readonly Setting<ImmutableArray<KeyValuePair<string, SectionReader>>> Sinks = new("sinks",
        new NamedShape(SinkKeys.Section, NameText.KeyPattern, NameText.IsKey, NameText.KeyExpected),
        "Where outputs go.")
    { Default = [] };

    public static readonly Setting<ImmutableArray<KeyValuePair<string, SectionReader>>> Jobs = new("jobs",
        new NamedShape(JobKeys.Section, NameText.KeyPattern, NameText.IsKey, NameText.KeyExpected),
        "The jobs that call models.")
    { Required = true, Default = [] };

    public static readonly SectionShape Section = new("an estate", Estate, Name, Node, TimeZone, Listen, Zones, Ledger,
        Store, Defaults, Prices, Models, Guards, Sinks, Jobs);
}

/// <summary>Keys of <c>listen:</c>, <c>zones:</c>, <c>ledger:</c> and <c>prices:</c>.</summary>
internal static class SectionKeys
{
    private static readonly TimeSpan KeepMin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KeepMax = TimeSpan.FromDays(3650);

    public static readonly Setting<ListenAddress> Gate = new("gate", Shapes.ListenGate,
        "Where jobs with a token reach the gate; `interfaces:port` is each interface, as they come and go.")
    {
        Default = ListenAddress.DefaultGate,
        DefaultText = "127.0.0.1:8420",
        Source = "loopback until you open it",
    };

    public static readonly Setting<ListenAddress> Control = new("control", Shapes.Listen,
        "Where people reach health, metrics and the live page; loopback or a socket only.")
    {
        Default = ListenAddress.DefaultControl,
        DefaultText = "127.0.0.1:8421",
        Source = "nobody signs in yet, so nobody but this machine may look",
    };

    public static readonly SectionShape Listen = new("listen", Gate, Control);

    public static readonly Setting<ImmutableArray<IPNetwork>> Lan = new("lan",
        new ListShape<IPNetwork>(Shapes.Network, 0, 256),
        "Networks that count as local; loopback and Unix sockets are the host, the rest is external.")
    {
        Default = NetworkZones.Default.Lan,
        DefaultText = "[10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, fd00::/8]",
        Source = "RFC 1918 and RFC 4193",
    };

    public static readonly SectionShape Zones = new("zones", Lan);

    public static readonly Setting<TimeSpan> KeepInputs = new("inputs", Shapes.Duration(KeepMin, KeepMax),
        "How long prompts are kept.")
    { Default = TimeSpan.FromDays(7), DefaultText = "7d", Source = "raw input is the most private" };

    public static readonly Setting<TimeSpan> KeepOutputs = new("outputs", Shapes.Duration(KeepMin, KeepMax),
        "How long answers are kept.")
    { Default = TimeSpan.FromDays(30), DefaultText = "30d", Source = "a month to look back" };

    public static readonly Setting<TimeSpan> KeepLogs = new("logs", Shapes.Duration(KeepMin, KeepMax),
        "How long everything else is kept.")
    { Default = TimeSpan.FromDays(90), DefaultText = "90d", Source = "a quarter to look back" };

    public static readonly SectionShape KeepSection = new("keep", KeepInputs, KeepOutputs, KeepLogs);

    public static readonly Setting<SectionReader> Keep = new("keep", KeepSection,
        "How long each class of payload is kept; applies to new records.");

    public static readonly Setting<long> BytesMax = new("bytes-max", Shapes.Size(1 << 20, 1L << 50),
        "Bytes that the ledger may take; when full, calls are refused and nothing unexpired is dropped.")
    { Default = 10L << 30, DefaultText = "10GiB", Source = "a small disk survives it" };

    public static readonly SectionShape Ledger = new("ledger", BytesMax, Keep);

    public static readonly Setting<decimal> InputPerMillion = new("input-per-million",
        Shapes.Money("in your currency"), "Price of 1,000,000 input tokens.")
    { Required = true };

    public static readonly Setting<decimal> OutputPerMillion = new("output-per-million",
        Shapes.Money("in your currency"), "Price of 1,000,000 output tokens.")
    { DefaultText = "0", Source = "embedding models have no output tokens" };

    public static readonly SectionShape Price = new("a price", InputPerMillion, OutputPerMillion);
}

/// <summary>Keys of <c>limits:</c> and of <c>defaults:</c>.</summary>
internal static class LimitKeys
{
    // Upper ends keep sums and products of counters far inside 64 bits; no installation comes near them.
    private const long CountMax = 1_000_000_000;
    private const long BytesMax = 1L << 50;

    public static readonly Setting<long> RequestsPerMinute = new("requests-per-minute",
        Shapes.Whole(1, 1_000_000, "calls"), "Calls per minute.");

    public static readonly Setting<long> TokensPerMinute = new("tokens-per-minute",
        Shapes.Whole(1, CountMax, "tokens"), "Input and output tokens per minute.");

    public static readonly Setting<long> TokensPerDay = new("tokens-per-day",
        Shapes.Whole(1, CountMax, "tokens"), "Input and output tokens per day.");

    public static readonly Setting<long> Concurrent = new("concurrent",
        Shapes.Whole(1, 10_000, "calls"), "Calls that may be open at once.");

    public static readonly Setting<decimal> CostPerMonth = new("cost-per-month",
        Shapes.Money("in the currency of `prices`"), "Money per calendar month; needs `prices`.");

    public static readonly Setting<long> BytesPerDay = new("bytes-per-day",
        Shapes.Size(1 << 10, BytesMax),
        "Bytes that the job may add to the ledger per day: its entries and payloads as they are stored.")
    { Source = "one job must not fill the disk and so stop the server" };

    public static readonly SectionShape Limits = new("limits",
        RequestsPerMinute, TokensPerMinute, TokensPerDay, Concurrent, CostPerMonth, BytesPerDay);

    public static readonly Setting<SectionReader> LimitsOfJob = new("limits", Limits,
        "How much the job may use; a limit that is set neither here nor in `defaults` does not apply.");

    public static readonly Setting<long> BodyBytesMax = new("body-bytes-max",
        Shapes.Size(1 << 10, 48L << 20),
        "Largest request body. At most what one job may hold of the memory for bodies in flight.")
    { Default = 32L << 20, DefaultText = "32MiB", Source = "room for a few images in one request" };

    public static readonly Setting<TimeSpan> Window = new("window",
        Shapes.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(31)),
        "How long after each fire of its cron trigger the job may call; a later call is flagged.")
    { Default = TimeSpan.FromHours(1), DefaultText = "1h", Source = "a scheduled run rarely takes longer" };

    public static readonly SectionShape Defaults = new("defaults", LimitsOfJob, BodyBytesMax, Window);
}
