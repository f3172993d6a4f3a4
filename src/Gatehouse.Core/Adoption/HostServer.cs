using System.Collections.Immutable;
using System.Net;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// A model server that is a systemd service of this host: an Ollama, whose address its environment says.
/// </summary>
/// <param name="Unit">The service, as <c>ollama.service</c>.</param>
/// <param name="Address">Where it listens; <c>0.0.0.0</c> and <c>::</c> mean everywhere.</param>
public sealed record HostServer(string Unit, IPEndPoint Address)
{
    /// <summary>Whether it listens on every address of the host.</summary>
    public bool IsEverywhere => Address.Address.Equals(IPAddress.Any) || Address.Address.Equals(IPAddress.IPv6Any);
}

/// <summary>Tells which systemd services serve models, and which of them a drop-in can move to another port.</summary>
public static class HostServerReader
{
    private const string Variable = "OLLAMA_HOST";

    // Other servers take their address on the command line, which is the owner's text and not for us to rewrite.
    private static readonly string[] OtherServers =
        ["llama-server", "vllm", "local-ai", "lms", "koboldcpp", "tabbyapi"];

    /// <summary>Reads a unit; null when it serves no models.</summary>
    /// <param name="unit">The unit with its drop-ins.</param>
    /// <param name="environmentFile">The text of a file that the unit names; null when it cannot be read.</param>
    public static HostServerReading? Read(UnitFacts unit, Func<string, string?> environmentFile)
    {
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(environmentFile);
        if (unit.Name.Contains('@', StringComparison.Ordinal)) return null;
        var command = unit.Words("Service", "ExecStart").ToArray();
        if (command.Length == 0) return null;
        var program = ProgramOf(command[0]);
        if (OtherServers.Contains(program))
        {
            return Left($"{unit.Name} runs {program}, whose port is on its command line: it is left alone. Give it "
                + "another port there, enter it as a model, and let jobs call the gate: docs/estate.md.");
        }
        if (program != "ollama" || command.ElementAtOrDefault(1) != "serve") return null;
        foreach (var name in unit.Words("Service", "EnvironmentFile").Select(static name => name.TrimStart('-')))
        {
            if (environmentFile(name) is not { } text || !Sets(text)) continue;
            return Left(
                $"{unit.Name} takes {Variable} from {name}, which systemd reads last: it is left alone. Set the "
                + "variable in the unit (systemctl edit) instead, then adopt again.");
        }
        return Read(unit);
    }

    private static HostServerReading Read(UnitFacts unit)
    {
        if (unit.DropIns.Select(Path.GetFileName).FirstOrDefault(IsLaterThanOurs) is { } later)
            return Left($"{unit.Name} has a drop-in {later}, which would apply after Gatehouse's: it is left alone.");
        var value = unit.Words("Service", "Environment")
            .LastOrDefault(static word => word.StartsWith(Variable + "=", StringComparison.Ordinal))
            ?[(Variable.Length + 1)..] ?? "";
        if (OllamaAddress.Parse(value) is not { } address)
            return Left($"{unit.Name} listens where its {Variable} says, and that is no address: it is left alone.");
        var server = new HostServer(unit.Name, address);
        if (server.IsEverywhere || IsPlainLoopback(address.Address)) return new HostServerReading(server, null);
        return Left($"{unit.Name} listens on {address} only. The gate could take calls there from the network, and not "
            + $"from this host itself: it is left alone. Set {Variable} to 127.0.0.1 or 0.0.0.0, then adopt again.");
    }

    private static HostServerReading Left(string note) => new(null, note);

    /// <summary>The program's own name, without the signs that systemd takes before a path.</summary>
    private static string ProgramOf(string word) => Path.GetFileName(word.TrimStart('-', '@', ':', '+', '!'));

    private static bool Sets(string text)
        => text.Split('\n').Any(static line => line.TrimStart().StartsWith(Variable + "=", StringComparison.Ordinal));

    private static bool IsLaterThanOurs(string? name) => string.CompareOrdinal(name, AdoptedUnitText.DropInName) > 0;

    private static bool IsPlainLoopback(IPAddress address) => address.Equals(IPAddress.Loopback);
}

/// <summary>
/// What a unit that serves models is to an adoption: a server that can be moved, or a reason why not.
/// </summary>
/// <param name="Server">The server; null when it is left alone.</param>
/// <param name="Note">Why it is left alone, as a sentence; null when it can be moved.</param>
public sealed record HostServerReading(HostServer? Server, string? Note);

/// <summary>A model server of this host and its place behind the gate: another port of loopback.</summary>
/// <param name="Server">The server.</param>
/// <param name="Key">Its key in the estate.</param>
/// <param name="Port">Its new port.</param>
/// <param name="Listens">Where the gate listens in its stead.</param>
public sealed record HostModelPlace(HostServer Server, string Key, int Port, ImmutableArray<IPEndPoint> Listens)
{
    /// <summary>How many addresses one job may have in the estate.</summary>
    public const int ListensMax = 8;

    /// <summary>The job of every caller that uses the port.</summary>
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
                Comment = [$"every caller of port {Server.Address.Port} of this host, as {Server.Unit} had it"],
                More = [new("mode", "observe"), new("listen", ListenText)],
            },
        ],
    };

    private string ListenText => Listens.Length == 1 ? $"\"{Listens[0]}\""
        : $"[{string.Join(", ", Listens.Select(static one => $"\"{one}\""))}]";
}

/// <summary>
/// Puts the adoption of a host's model server into order. Undoing goes the other way, and systemd takes files back only
/// after they are: so what follows the files in undoing comes before them here, as a check that changes nothing.
/// </summary>
public static class HostStepList
{
    /// <summary>All steps.</summary>
    /// <param name="systemctl">The program that speaks to systemd.</param>
    /// <param name="home">Hands the home to the gate.</param>
    /// <param name="estate">Writes the estate.</param>
    /// <param name="units">Write the gate's service and the server's drop-in.</param>
    /// <param name="place">The new place of the server.</param>
    public static ImmutableArray<AdoptionStep> Of(
        string systemctl, OwnHomeStep home, WriteFileStep estate, IEnumerable<WriteFileStep> units,
        HostModelPlace place)
    {
        ArgumentNullException.ThrowIfNull(units);
        ArgumentNullException.ThrowIfNull(place);
        var server = place.Server;
        return
        [
            home,
            estate,
            new RunCommandStep(
                [systemctl, "is-active", "--quiet", server.Unit], [systemctl, "restart", server.Unit]),
            new RunCommandStep([systemctl, "daemon-reload"], [systemctl, "daemon-reload"]),
            .. units,
            new RunCommandStep([systemctl, "daemon-reload"], []),
            new RunCommandStep([systemctl, "restart", server.Unit], []),
            new RunCommandStep(
                [systemctl, "enable", "--now", AdoptedUnitText.GateUnit],
                [systemctl, "disable", "--now", AdoptedUnitText.GateUnit]),
            new VerifyJobStep(place.Job, null,
                [new ProbeCall(place.Listens[0].Address.ToString(), server.Address.Port, "/api/tags", null)]),
        ];
    }
}
