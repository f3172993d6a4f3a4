using System.Buffers.Binary;
using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Systemd;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>
/// Works out the adoption of a model server that is a service of this host; changes nothing. The gate runs on the host
/// then, as a service too.
/// </summary>
internal sealed class HostModelPlanner(HostSystem host, AdoptionRequest asked, TimeProvider time)
{
    private const int EnvironmentBytesMax = 64 * 1024;

    private readonly List<string> _notes = [];

    /// <summary>What would be done.</summary>
    /// <param name="units">The services of this host.</param>
    /// <param name="names">Services that are asked for; empty for any.</param>
    /// <param name="others">What is adopted of containers; a gate in a container cannot reach the host's
    /// loopback.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="AdoptionException">It cannot be worked out; the message says why and what to do.</exception>
    public async Task<AdoptionProposal> PlanAsync(
        IReadOnlyList<UnitFacts> units, IReadOnlyCollection<string> names, AdoptionProposal others,
        CancellationToken stop)
    {
        foreach (var name in names.Where(name => units.All(unit => unit.Name != name)))
            throw new AdoptionException($"'{name}' is no service of this host. What there is: gatehouse discover");
        var servers = new List<HostServer>();
        foreach (var unit in units.Where(unit => names.Count == 0 || names.Contains(unit.Name)))
        {
            if (await ReadAsync(unit, stop) is { } server) servers.Add(server);
        }
        var place = servers.Count == 0 ? null : Choose(servers, others.Steps.Length > 0);
        var steps = place is null ? others.Steps : Steps(place);
        return new AdoptionProposal(others.Layout with { Host = place }, steps, [.. others.Notes, .. _notes]);
    }

    private async Task<HostServer?> ReadAsync(UnitFacts unit, CancellationToken stop)
    {
        if (HostServerReader.Read(unit, ReadEnvironment) is not { } reading) return null;
        if (reading.Note is { } note) _notes.Add(note);
        if (reading.Server is not { } server) return null;
        if (await IsActiveAsync(server, stop)) return server;
        _notes.Add($"{server.Unit} does not run: it is left alone. Start it, then adopt again.");
        return null;
    }

    private HostModelPlace? Choose(List<HostServer> servers, bool isMixed)
    {
        foreach (var other in servers.Skip(isMixed ? 0 : 1))
        {
            _notes.Add(isMixed
                ? $"{other.Unit} of this host is left alone: the gate runs in a container here, and from "
                    + "there it cannot "
                    + "reach a model on the host's loopback."
                : $"{other.Unit} is left alone: one model server of the host is adopted at a time.");
        }
        if (isMixed) return null;
        if (Path.Exists(Path.Combine(host.UnitFolder, AdoptedUnitText.GateUnit)))
        {
            _notes.Add($"{servers[0].Unit} is left alone: this host has a service {AdoptedUnitText.GateUnit} already.");
            return null;
        }
        if (FreePort.Find() is not { } port)
        {
            throw new AdoptionException(
                "No port of loopback is free for the model server (21434 and the next hundred).");
        }
        var own = LocalAddresses.Reachable(LocalAddresses.Read()).Select(static one => one.Address).ToArray();
        var place = new HostModelPlace(servers[0], Key(), port, HostModelPlace.ListensOf(servers[0], own));
        Note(place, own.Length + 1);
        return place;
    }

    private ImmutableArray<AdoptionStep> Steps(HostModelPlace place)
    {
        RefuseHidden(host.Program, "program");
        RefuseHidden(asked.Home, "home");
        var home = new EstateOfHome(asked);
        var estate = home.Read(isOnHost: true);
        var dropIns = Path.Combine(host.UnitFolder, place.Server.Unit + ".d");
        var units = new[]
        {
            Unit(Path.Combine(host.UnitFolder, AdoptedUnitText.GateUnit),
                AdoptedUnitText.Gate(host.Program, asked.Home),
                "the gate's service"),
            Unit(Path.Combine(dropIns, AdoptedUnitText.DropInName), AdoptedUnitText.DropIn(place),
                $"moves {place.Server.Unit}"),
        };
        return HostStepList.Of(
            host.Systemctl, new OwnHomeStep(asked.Home, home.Uid, home.UidBefore),
            home.Step(estate.Text, estate.Before, place.Draft()), units, place);
    }

    private static WriteFileStep Unit(string path, string text, string what)
        => new(path, Encoding.UTF8.GetBytes(text), AdoptedFile.Look(path), what)
        {
            IsFolderNew = !Directory.Exists(Path.GetDirectoryName(path)),
        };

    private string Key()
    {
        var taken = new EstateOfHome(asked).Read(isOnHost: true).Plan?.Models;
        return Enumerable.Range(1, int.MaxValue).Select(static number => number == 1 ? "ollama" : $"ollama-{number}")
            .First(key => taken?.ContainsKey(key) != true);
    }

    private void Note(HostModelPlace place, int addresses)
    {
        var port = place.Server.Address.Port;
        _notes.Add(
            $"Every caller of port {port} of this host is on record as the one job {place.Job}; containers that call "
            + "host.docker.internal are that job too, until they have networks of their own.");
        _notes.Add(
            $"Programs of this host can still reach {place.Server.Unit} at {place.Address}: loopback is open to all "
            + "of them. What they call by the old address goes through the gate.");
        _notes.Add($"{place.Server.Unit} is restarted once, so a loaded model is loaded again. To download models: "
            + $"OLLAMA_HOST={place.Address} ollama pull MODEL");
        if (!place.Server.IsEverywhere) return;
        _notes.Add(
            $"{place.Server.Unit} listened on every address; the gate listens on {string.Join(", ", place.Listens)}. "
            + $"On this host itself, call 127.0.0.1:{port}. An address that comes later has to be added to the job.");
        if (addresses > place.Listens.Length)
        {
            _notes.Add(
                $"This host has {addresses} addresses and a job can have {HostModelPlace.ListensMax}: "
                + "the others are closed then.");
        }
    }

    /// <summary>The gate is no root: what only root may enter is closed to it.</summary>
    private static void RefuseHidden(string path, string what)
    {
        if (!AdoptedUnitText.IsPlain(path))
        {
            throw new AdoptionException(
                $"The {what} {path} has a letter that a unit file would take for something else. "
                + "Choose a path of letters, digits and ./_-+ only.");
        }
        // Of a home only the way to it has to be open, of the program also itself.
        for (var part = what == "home"
            ? Path.GetDirectoryName(path) : path; part is not null; part = Path.GetDirectoryName(part))
        {
            if (!Path.Exists(part) || (File.GetUnixFileMode(part) & UnixFileMode.OtherExecute) != 0) continue;
            throw new AdoptionException($"The {what} lies in {part}, which the gate's user may not enter. "
                + (what == "home" ? "Choose another with --home."
                    : "Copy it with its neighbours to a folder that is open to all: /usr/local/lib/gatehouse."));
        }
    }

    private async Task<bool> IsActiveAsync(HostServer server, CancellationToken stop)
    {
        try
        {
            await HostCommand.RunAsync([host.Systemctl, "is-active", "--quiet", server.Unit], time, stop);
            return true;
        }
        catch (AdoptionException)
        {
            return false;
        }
    }

    private string? ReadEnvironment(string path)
    {
        try
        {
            var file = new FileInfo(host.Root + path);
            return file.Exists && file.Length <= EnvironmentBytesMax ? File.ReadAllText(file.FullName) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}

/// <summary>Where the host's own services are kept, and by which programs they are run.</summary>
/// <param name="Root">The host's root folder; empty for this host.</param>
/// <param name="Systemctl">The program that speaks to systemd.</param>
/// <param name="Program">The gate's program.</param>
internal sealed record HostSystem(string Root, string Systemctl, string Program)
{
    /// <summary>This host, and the program that runs now.</summary>
    public static HostSystem Own { get; } = new("", "systemctl", Environment.ProcessPath ?? "");

    /// <summary>Where units of this host's owner lie; they win over those of packages.</summary>
    public string UnitFolder => Root + "/etc/systemd/system";
}

/// <summary>The IPv4 ranges that this host routes, as the kernel lists them in /proc/net/route (proc(5)).</summary>
internal static class HostRoutes
{
    private const string File = "/proc/net/route";

    public static IReadOnlyList<IPNetwork> Read()
    {
        var ranges = new List<IPNetwork>();
        var bytes = new byte[4];
        foreach (var line in System.IO.File.ReadLines(File).Skip(1))
        {
            var fields = line.Split('\t', StringSplitOptions.TrimEntries);
            if (fields.Length < 8 || Hex(fields[1]) is not { } target || Hex(fields[7]) is not { } mask) continue;
            // The default route leads everywhere and takes nothing.
            if (mask == 0) continue;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, target & mask);
            ranges.Add(new IPNetwork(new IPAddress(bytes), BitOperations.PopCount(mask)));
        }
        return ranges;
    }

    private static uint? Hex(string text)
        => uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Runs a program of this host and waits for it.</summary>
internal static class HostCommand
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    /// <exception cref="AdoptionException">It cannot be run, fails, or does not end.</exception>
    public static async Task RunAsync(IReadOnlyList<string> command, TimeProvider time, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(Within, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var errors = process.StandardError.ReadToEndAsync(either.Token);
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            await output;
            if (process.ExitCode == 0) return;
            throw new AdoptionException(
                $"`{string.Join(' ', command)}` failed ({process.ExitCode}): {(await errors).Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            stop.ThrowIfCancellationRequested();
            throw new AdoptionException($"`{string.Join(' ', command)}` did not end within {Within.TotalSeconds:0} s.");
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new AdoptionException($"{start.FileName} does not start.");
        }
        catch (Win32Exception error)
        {
            throw new AdoptionException($"{start.FileName} cannot be run: {error.Message}", error);
        }
    }
}
