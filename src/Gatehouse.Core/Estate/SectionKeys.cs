using System.Collections.Immutable;
using System.Net;

namespace Gatehouse.Core.Estate;

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
