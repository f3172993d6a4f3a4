using Gatehouse.Linux;

namespace Gatehouse.Docker;

/// <summary>Where an engine listens: a Unix socket, or plain HTTP on this machine (a socket proxy).</summary>
internal sealed record EngineAddress
{
    private const string Usual = "/var/run/docker.sock";

    private EngineAddress(string? socketPath, Uri root) => (SocketPath, Root) = (socketPath, root);

    /// <summary>The socket's path; null for HTTP.</summary>
    public string? SocketPath { get; }

    /// <summary>What requests are made against.</summary>
    public Uri Root { get; }

    /// <summary>
    /// The address asked for, else <c>DOCKER_HOST</c>, else the usual socket, else a rootless engine's of this user.
    /// </summary>
    /// <exception cref="EngineException">The address is none that can be spoken to.</exception>
    public static EngineAddress Find(string? asked)
    {
        var text = asked ?? Environment.GetEnvironmentVariable("DOCKER_HOST");
        if (!string.IsNullOrEmpty(text)) return Parse(text);
        if (File.Exists(Usual)) return OfSocket(Usual);
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") ?? $"/run/user/{UserNames.OwnUid}";
        var rootless = Path.Combine(runtime, "docker.sock");
        return OfSocket(File.Exists(rootless) ? rootless : Usual);
    }

    public override string ToString() => SocketPath ?? Root.ToString();

    private static EngineAddress Parse(string text)
    {
        if (text.StartsWith('/')) return OfSocket(text);
        if (text.StartsWith("unix://", StringComparison.Ordinal)) return OfSocket(text["unix://".Length..]);
        var http = text.StartsWith("tcp://", StringComparison.Ordinal) ? string.Concat("http", text.AsSpan(3)) : text;
        if (Uri.TryCreate(http, UriKind.Absolute, out var uri) && uri.Scheme == "http" && uri.IsLoopback)
            return new EngineAddress(null, uri);
        throw new EngineException(
            $"The engine's address '{text}' cannot be used: name a socket (unix:///var/run/docker.sock), "
            + "or tcp:// on this machine.");
    }

    private static EngineAddress OfSocket(string path) => new(path, new Uri("http://docker/"));
}
