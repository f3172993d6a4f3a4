using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// What the scripts say that a container's command starts and that lie on the host: of an image that anybody builds on,
/// as that of Python or of a card's driver, nothing else tells what runs.
/// </summary>
/// <param name="Software">The server of models that one of them starts; null when none does.</param>
/// <param name="Words">The command by which it is started; empty when there is none.</param>
/// <param name="Evidence">What they say of models.</param>
internal sealed record MountedScripts(
    KnownSoftware? Software, ImmutableArray<string> Words, ImmutableArray<Evidence> Evidence)
{
    private static readonly string[] Ends = [".sh", ".bash", ".py", ".js", ".mjs", ".cjs", ".ts"];

    private static readonly MountedScripts None = new(null, [], []);

    /// <summary>Reads the scripts.</summary>
    /// <param name="container">What is started inside, with which variables, and what it sees of the host.</param>
    /// <param name="read">Hands over a file of the host; null when none is read.</param>
    public static MountedScripts Of(StartedContainer container, ReadScript? read)
    {
        if (read is null || container.Command.IsEmpty || container.Mounts.IsEmpty) return None;
        var cache = new ScriptCache(read);
        var (software, words, evidence) = ((KnownSoftware?)null, ImmutableArray<string>.Empty, new EvidenceBag());
        foreach (var inside in ScriptPaths.Of(string.Join(' ', container.Command), container.Folder, null))
        {
            if (OnHost(inside, container.Mounts) is not { } path || read(path) is not { } text || !IsScript(path, text))
                continue;
            evidence.AddRange(cache.Evidence(path).Where(static piece => piece.Kind != EvidenceKind.Power));
            if (software is null && EvidenceText.IsShellScript(path, text)
                && ServedModel.In(text, container.Environment) is { } served)
            {
                (software, words) = (served.Software, [.. served.Words]);
            }
        }
        return new MountedScripts(software, words, evidence.ToImmutable());
    }

    /// <summary>Where a file of the container lies on the host; null where it lies in its image or a volume.</summary>
    private static string? OnHost(string inside, IEnumerable<MountFact> mounts) => mounts
        .Where(mount => mount.Kind == "bind" && mount.Source.StartsWith('/') && (inside == mount.Destination
            || inside.StartsWith($"{mount.Destination.TrimEnd('/')}/", StringComparison.Ordinal)))
        .OrderByDescending(static mount => mount.Destination.Length)
        .Select(mount => mount.Source.TrimEnd('/') + inside[mount.Destination.TrimEnd('/').Length..]).FirstOrDefault();

    private static bool IsScript(string path, string text) => text.StartsWith("#!", StringComparison.Ordinal)
        || Ends.Any(end => path.EndsWith(end, StringComparison.Ordinal));
}

/// <summary>How a container is started.</summary>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Folder">The folder inside in which it starts; null when that is not known.</param>
/// <param name="Environment">Its variables.</param>
/// <param name="Mounts">What it sees of the host.</param>
internal sealed record StartedContainer(ImmutableArray<string> Command, string? Folder,
    ImmutableArray<EnvironmentFact> Environment, ImmutableArray<MountFact> Mounts);
