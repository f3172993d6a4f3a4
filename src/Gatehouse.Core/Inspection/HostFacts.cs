using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>
/// What is known of the host itself. Whatever could not be read is null or empty, and no rule guesses it.
/// </summary>
public sealed record HostFacts
{
    /// <summary>Nothing is known.</summary>
    public static HostFacts Unknown { get; } = new();

    /// <summary>TCP ports on which the host listens on every address, lowest first.</summary>
    public ImmutableArray<int> OpenPorts { get; init; } = [];

    /// <summary>Whether ufw is switched on; null when its settings could not be read.</summary>
    public bool? IsUfwActive { get; init; }

    /// <summary>The host's network namespace, as <c>net:[4026531840]</c>; null when it could not be read.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>Network namespaces by process id, as far as they could be read (root only).</summary>
    public ImmutableDictionary<int, string> NetworkNamespaces { get; init; } = ImmutableDictionary<int, string>.Empty;

    /// <summary>Users who are in the engine's group, by name.</summary>
    public ImmutableHashSet<string> EngineUsers { get; init; } = [];

    /// <summary>The version of NVIDIA's container toolkit, as <c>1.17.8</c>; null without one.</summary>
    public string? NvidiaToolkit { get; init; }
}

/// <summary>Paths of the host as texts: no link is followed but the fixed ones that every Linux has.</summary>
internal static class HostPath
{
    /// <summary>One spelling for a path: no dots, no double or last slash, <c>/var/run</c> as <c>/run</c>.</summary>
    public static string Normalize(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part == ".." && parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or "..")) parts.Add(part);
        }
        var clean = "/" + string.Join('/', parts);
        return clean == "/var/run" ? "/run"
            : clean.StartsWith("/var/run/", StringComparison.Ordinal) ? clean["/var".Length..] : clean;
    }

    /// <summary>Whether a path is another or lies below it. Both are normal.</summary>
    public static bool IsWithin(string path, string parent) => path == parent || parent == "/"
        || (path.Length > parent.Length && path[parent.Length] == '/'
            && path.StartsWith(parent, StringComparison.Ordinal));
}

/// <summary>
/// One process of the host that belongs to no container and no unit, without any value that may be a secret.
/// </summary>
public sealed record ProcessFacts
{
    /// <summary>Its number.</summary>
    public required int Id { get; init; }

    /// <summary>Its program's file name.</summary>
    public required string Program { get; init; }

    /// <summary>The user id that it acts as; null when it could not be read.</summary>
    public long? Uid { get; init; }

    /// <summary>Whether it may gain privileges; null when it could not be read.</summary>
    public bool? MayGainPrivileges { get; init; }

    /// <summary>Its network namespace, as <c>net:[4026531840]</c>; null when it could not be read.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>Names of its variables that hold secrets.</summary>
    public ImmutableArray<string> SecretNames { get; init; } = [];

    /// <summary>Whether an argument of its command line is a secret.</summary>
    public bool HasSecretArgument { get; init; }
}
