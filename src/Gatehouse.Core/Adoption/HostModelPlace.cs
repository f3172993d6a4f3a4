using System.Collections.Immutable;
using System.Net;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Adoption;

/// <summary>A model server of this host and its place behind the gate: another port of loopback.</summary>
/// <param name="Server">The server.</param>
/// <param name="Key">Its key in the estate.</param>
/// <param name="Port">Its new port.</param>
/// <param name="Listens">Where the gate listens in its stead.</param>
public sealed record HostModelPlace(HostServer Server, string Key, int Port, ImmutableArray<IPEndPoint> Listens)
{
    /// <summary>How many addresses one job may have in the estate.</summary>
    public const int ListensMax = 8;

    /// <summary>The job that stands for everybody who uses the port.</summary>
    public string Job => $"{GateNetworks.CallersJob}port-{Server.Address.Port}";

    /// <summary>The server's new address.</summary>
    public IPEndPoint Address => new(IPAddress.Loopback, Port);

    /// <summary>
    /// The addresses that a server had: its own, or when it listened everywhere those of the host, loopback first, so
    /// many as a job may have.
    /// </summary>
    /// <param name="server">The server.</param>
    /// <param name="own">The addresses of the host that others can call.</param>
    public static ImmutableArray<IPEndPoint> ListensOf(HostServer server, IEnumerable<IPAddress> own)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (!server.IsEverywhere) return [server.Address];
        return
        [
            .. own.Prepend(IPAddress.Loopback).Distinct()
                .OrderBy(static address => address.AddressFamily).Take(ListensMax)
                .Select(address => new IPEndPoint(address, server.Address.Port)),
        ];
    }

    /// <summary>The entries that the estate gets.</summary>
    public EstateDraft Draft() => new()
    {
        Models =
        [
            new ModelDraft(Key, ModelProvider.Ollama, $"http://{Address}")
            {
                Name = "*",
                Comment = [$"every model of {Server.Unit}, which adoption moved to this port"],
            },
        ],
        Jobs =
        [
            new JobDraft
            {
                Key = Job,
                Owner = "unknown",
                Models = [Key],
                Source = new SourceDraft(SourceKind.Prompt),
                Sink = "stdout",
                Comment = [$"whoever calls port {Server.Address.Port} of this host, as {Server.Unit} had it"],
                More = [new("mode", "observe"), new("listen", ListenText)],
            },
        ],
    };

    private string ListenText => Listens.Length == 1 ? $"\"{Listens[0]}\""
        : $"[{string.Join(", ", Listens.Select(static one => $"\"{one}\""))}]";
}
