using System.Collections.Immutable;
using Gatehouse.Core.Compose;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Core.Discovery;

/// <summary>A container as <c>docker run</c>, <c>podman run</c> or a quadlet of Podman describes it.</summary>
internal sealed record ContainerRun
{
    private const int OptionsMax = 200; // Words of one command line; long ones have about forty.

    // Options of `docker run` and `podman run` that take no value.
    private static readonly HashSet<string> Flags = new(StringComparer.Ordinal)
    {
        "--detach", "--rm", "--interactive", "--tty", "--init", "--privileged", "--replace", "--read-only",
        "--no-healthcheck", "--publish-all", "--oom-kill-disable", "--quiet", "--no-hosts", "--rmi",
        "--disable-content-trust",
    };

    /// <summary>The image.</summary>
    public required string Image { get; init; }

    /// <summary>The container's name; null when none is given.</summary>
    public string? Name { get; init; }

    public ImmutableArray<EnvironmentFact> Environment { get; init; } = [];

    /// <summary>Files of variables, as written.</summary>
    public ImmutableArray<string> EnvironmentFiles { get; init; } = [];

    public ImmutableArray<PortFact> Ports { get; init; } = [];

    public ImmutableArray<MountFact> Mounts { get; init; } = [];

    /// <summary>Networks in which names are known: those that have one.</summary>
    public ImmutableArray<string> Networks { get; init; } = [];

    public ImmutableArray<string> Aliases { get; init; } = [];

    public bool IsOnHostNetwork { get; init; }

    public bool IsPrivileged { get; init; }

    public ImmutableArray<string> Capabilities { get; init; } = [];

    public string PidMode { get; init; } = "";

    /// <summary>What is started inside; empty for what the image says.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>Reads a command line.</summary>
    /// <param name="words">Its words.</param>
    /// <returns>Null when it does not run a container.</returns>
    public static ContainerRun? TryParse(IReadOnlyList<string> words)
    {
        var at = 0;
        while (at < words.Count && NameOf(words[at]) is not ("docker" or "podman" or "nerdctl"))
            at++;
        var run = at + 1;
        if (run < words.Count && words[run] == "container") run++;
        if (run >= words.Count || words[run] is not ("run" or "create")) return null;
        var options = new List<(string Key, string Value)>();
        var next = run + 1;
        for (; next < words.Count && next - run < OptionsMax && words[next].StartsWith('-'); next++)
        {
            var word = words[next];
            var cut = word.IndexOf('=', StringComparison.Ordinal);
            if (word.StartsWith("--", StringComparison.Ordinal) && cut > 0)
                options.Add((word[..cut], word[(cut + 1)..]));
            else if (Flags.Contains(word) || IsShortFlags(word))
                options.Add((word, ""));
            else if (!word.StartsWith("--", StringComparison.Ordinal) && word.Length > 2)
                options.Add((word[..2], word[2..].TrimStart('=')));
            else if (next + 1 < words.Count)
                options.Add((word, words[++next]));
        }
        return next >= words.Count ? null : Of(words[next], options, [.. words.Skip(next + 1).Take(OptionsMax)]);
    }

    /// <summary>Reads a quadlet (podman-systemd.unit(5)).</summary>
    /// <param name="unit">A unit whose name ends in <c>.container</c>.</param>
    public static ContainerRun? Of(UnitFacts unit)
    {
        const string Section = "Container";
        if (unit.Get(Section, "Image") is not { Length: > 0 } image) return null;
        var name = unit.Name[..^".container".Length];
        var options = new List<(string Key, string Value)>
        {
            ("--name", unit.Get(Section, "ContainerName") is { Length: > 0 } said ? said : $"systemd-{name}"),
        };
        void Each(string key, string option)
            => options.AddRange(unit.All(Section, key).Select(value => (option, value)));
        Each("PublishPort", "-p");
        Each("Volume", "-v");
        Each("Network", "--network");
        Each("NetworkAlias", "--network-alias");
        Each("AddCapability", "--cap-add");
        Each("EnvironmentFile", "--env-file");
        options.AddRange(unit.Words(Section, "Environment").Select(value => ("-e", value)));
        // What the unit has no key for stands here as options of `podman run`.
        if (TryParse(["podman", "run", .. unit.Words(Section, "PodmanArgs"), "-"]) is { } more)
        {
            return Of(image, options, [.. unit.Words(Section, "Exec")]) with
            {
                IsPrivileged = more.IsPrivileged,
                PidMode = more.PidMode,
            };
        }
        return Of(image, options, [.. unit.Words(Section, "Exec")]);
    }

    private static ContainerRun Of(
        string image, List<(string Key, string Value)> options, ImmutableArray<string> command)
    {
        IEnumerable<string> All(params string[] keys)
            => options.Where(one => keys.Contains(one.Key)).Select(one => one.Value);
        var networks = All("--network", "--net").Select(value => value.Split([':', ','])[0]).ToArray();
        return new ContainerRun
        {
            Image = image,
            Name = All("--name").LastOrDefault(),
            Environment = [.. All("-e", "--env").Select(EnvironmentFact.Parse)],
            EnvironmentFiles = [.. All("--env-file")],
            Ports = [.. All("-p", "--publish").SelectMany(value => PortText.Short(value) ?? [])],
            Mounts = [.. All("-v", "--volume").Select(value => VolumeText.Short(value, "/"))],
            Networks = [.. networks.Where(value => value is not ("host" or "none" or "bridge" or "slirp4netns"
                or "pasta" or "private" or "default")).Select(NetworkName)],
            Aliases = [.. All("--network-alias")],
            IsOnHostNetwork = networks.Contains("host"),
            IsPrivileged = options.Any(one => one is { Key: "--privileged", Value: "" or "true" }),
            Capabilities = [.. All("--cap-add")],
            PidMode = All("--pid").LastOrDefault() ?? "",
            Command = command,
        };
    }

    /// <summary>A network that a quadlet makes has its unit's name behind <c>systemd-</c>.</summary>
    private static string NetworkName(string value)
        => value.EndsWith(".network", StringComparison.Ordinal) ? $"systemd-{value[..^".network".Length]}" : value;

    private static bool IsShortFlags(string word)
        => word is ['-', not '-', ..] && word.AsSpan(1).IndexOfAnyExcept("ditqP") < 0;

    private static string NameOf(string word) => word[(word.LastIndexOf('/') + 1)..];
}
