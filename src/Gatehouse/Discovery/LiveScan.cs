using System.Collections.Immutable;
using System.Globalization;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Discovery;

/// <summary>
/// Looks at running processes and their sockets through <c>/proc</c>, once for each network namespace. Changes nothing.
/// </summary>
internal sealed class LiveScan(string root, EngineView? engine)
{
    private const int OllamaPort = 11434; // What listens there is a model server, whatever its program is called.
    private const int DescriptorsMax = 200_000; // Links of all processes that are followed to find sockets.

    // The engine's own helpers hold the published ports; the containers behind them are seen by themselves.
    private static readonly string[] Helpers = ["docker-proxy", "rootlessport", "slirp4netns", "gatehouse"];

    private static readonly HashSet<int> UsualPorts =
        [.. SoftwareTable.Rows.Where(row => row is { Port: > 1023, Provider: not null }).Select(row => row.Port)];

    private readonly Dictionary<string, string> _containers = engine?.Containers.DistinctBy(one => one.Id)
        .ToDictionary(one => one.Id, one => one.Name, StringComparer.Ordinal) ?? [];

    /// <summary>Looks.</summary>
    /// <param name="modelPorts">Ports of model servers that were seen elsewhere.</param>
    public LiveView Take(IEnumerable<int> modelPorts)
    {
        var ports = UsualPorts.Concat(modelPorts).ToHashSet();
        var processes = LiveProcesses.Read(root);
        // The first process is not always readable; what this process itself is in is the host's, or stands for it.
        var host = processes.FirstOrDefault(one => one.Id == 1 && one.Namespace.Length != 0)?.Namespace
            ?? processes.FirstOrDefault(one => one.Id == Environment.ProcessId)?.Namespace ?? "";
        var connections = new List<OpenConnection>();
        var listening = new Dictionary<int, List<TcpEntry>>();
        var spaces = processes.Where(one => one.Namespace.Length != 0).GroupBy(one => one.Namespace).ToArray();
        foreach (var space in spaces)
        {
            var entries = Sockets(space.First().Id)
                .Where(entry => entry.IsListening || ports.Contains(entry.Remote.Port)).ToArray();
            if (entries.Length == 0) continue;
            var owners = space.Key == host ? Owners(space, entries) : [];
            var container = space.Select(one => one.Container)
                .FirstOrDefault(id => id is not null && _containers.ContainsKey(id));
            foreach (var entry in entries)
            {
                var owner = owners.GetValueOrDefault(entry.Inode) ?? (space.Key == host ? null : space.First());
                // What a gate that is a service of this host calls is what it is there for.
                if (!entry.IsListening && owner is { Container: null } && IsGate(owner)) continue;
                if (!entry.IsListening)
                    connections.Add(Connection(entry, owner, space.Key == host ? owner?.Container : container));
                else if (owner is not null && owner.Container is null) Add(listening, owner.Id, entry);
            }
        }
        return new LiveView(Observations(processes, listening), [.. connections.Distinct()], processes.Count,
            spaces.Length,
            processes.Count(one => one.Namespace.Length == 0));
    }

    private OpenConnection Connection(TcpEntry entry, LiveProcess? owner, string? container)
    {
        var address = entry.Remote.Address.ToString();
        if (container is not null && _containers.TryGetValue(container, out var name))
            return new OpenConnection(ObservationIdentity.Container(name), name, address, entry.Remote.Port);
        return owner is null
            ? new OpenConnection(ObservationIdentity.UnknownProcess, "A program", address, entry.Remote.Port)
            : new OpenConnection(owner.Identity, owner.Unit ?? owner.Program, address, entry.Remote.Port);
    }

    private static ImmutableArray<Observation> Observations(
        IReadOnlyList<LiveProcess> processes, Dictionary<int, List<TcpEntry>> listening)
    {
        var observations = ImmutableArray.CreateBuilder<Observation>();
        foreach (var process in processes.Where(one => one.Container is null && one.Id != Environment.ProcessId
            && !Helpers.Contains(one.Program)))
        {
            var open = listening.GetValueOrDefault(process.Id) ?? [];
            var evidence = EvidenceText.FindInArguments("command", process.CommandLine).Where(IsModel).ToList();
            if (open.Any(entry => entry.Local.Port == OllamaPort))
                evidence.Add(new Evidence(EvidenceKind.ModelServer, $"port {OllamaPort}", process.Program));
            if (evidence.Count == 0) continue;
            var isServer = evidence.Any(piece => piece.Kind == EvidenceKind.ModelServer);
            // A program that is asked something by hand, and ends, is no job of this host; one with a URL of its own
            // may be.
            observations.Add(new Observation
            {
                Kind = ObservationKind.Process,
                Place = string.Create(CultureInfo.InvariantCulture, $"process {process.Id} ({process.Program})"),
                Name = process.Unit is { } unit ? unit[..^".service".Length] : process.Program,
                User = UserOf(process.Uid),
                Trigger = isServer ? TriggerKind.Always : null,
                Identities = [process.Identity],
                Software = SoftwareTable.Find(process.Program) is { Role: not SoftwareRole.Server } known ? known
                    : isServer ? SoftwareTable.Find(process.Program)
                        ?? evidence.Select(piece => SoftwareTable.OfProgram(piece.Value))
                            .FirstOrDefault(one => one is not null)
                    : null,
                ListeningPorts = [.. open.Select(entry => entry.Local.Port).Distinct()],
                Ports = [.. open.Where(entry => isServer).Select(entry => new PortFact(
                    entry.Local.Port, "tcp", entry.Local.Address.ToString(), entry.Local.Port)).Distinct()],
                IsRunning = true,
                Evidence = [.. evidence.Concat(isServer ? open.Select(entry =>
                    new Evidence(EvidenceKind.OpenPort, "listens", entry.Local.ToString())) : []).Distinct()],
            });
        }
        return observations.ToImmutable();
    }

    /// <summary>Told by the program's file, which is this one; a name of a process is anybody's choice.</summary>
    private bool IsGate(LiveProcess process)
    {
        try
        {
            return Environment.ProcessPath is { } own
                && new FileInfo(Path.Combine(root, $"{process.Id}", "exe")).LinkTarget == own;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsModel(Evidence piece) => piece.Kind is EvidenceKind.ModelServer or EvidenceKind.ModelUrl
        or EvidenceKind.ModelClient or EvidenceKind.ModelName;

    private static string? UserOf(int uid) => uid < 0 ? null : Linux.UserNames.NameOf(uid);

    private IEnumerable<TcpEntry> Sockets(int process)
    {
        foreach (var name in (string[])["tcp", "tcp6"])
        {
            List<TcpEntry> entries;
            try
            {
                entries = [.. TcpTable.Read(File.ReadLines(Path.Combine(root, $"{process}", "net", name)))];
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            foreach (var entry in entries) yield return entry;
        }
    }

    /// <summary>Whose each socket is: the links of a process's open files name the sockets' numbers.</summary>
    private Dictionary<long, LiveProcess> Owners(IEnumerable<LiveProcess> processes, TcpEntry[] entries)
    {
        var wanted = entries.Select(entry => entry.Inode).ToHashSet();
        var owners = new Dictionary<long, LiveProcess>();
        var links = 0;
        foreach (var process in processes)
        {
            if (wanted.Count == 0 || links > DescriptorsMax) break;
            foreach (var inode in SocketsOf(process.Id))
            {
                links++;
                if (wanted.Remove(inode)) owners[inode] = process;
            }
        }
        return owners;
    }

    private List<long> SocketsOf(int process)
    {
        const string Start = "socket:[";
        var found = new List<long>();
        try
        {
            foreach (var link in Directory.EnumerateFileSystemEntries(Path.Combine(root, $"{process}", "fd")))
            {
                if (new FileInfo(link).LinkTarget is { } target && target.StartsWith(Start, StringComparison.Ordinal)
                    && long.TryParse(target.AsSpan(Start.Length, target.Length - Start.Length - 1), NumberStyles.None,
                        CultureInfo.InvariantCulture, out var inode))
                {
                    found.Add(inode);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just ended.
        }
        return found;
    }

    private static void Add(Dictionary<int, List<TcpEntry>> map, int id, TcpEntry entry)
    {
        if (!map.TryGetValue(id, out var list)) map[id] = list = [];
        list.Add(entry);
    }
}

/// <summary>What runs on the host and talks to models, now.</summary>
/// <param name="Observations">Processes outside containers that serve or call models.</param>
/// <param name="Connections">Open connections to ports on which models are served.</param>
/// <param name="Processes">How many processes were looked at.</param>
/// <param name="Namespaces">How many network namespaces were looked into.</param>
/// <param name="Hidden">How many processes this user may not look into.</param>
internal sealed record LiveView(
    ImmutableArray<Observation> Observations, ImmutableArray<OpenConnection> Connections, int Processes, int Namespaces,
    int Hidden);
