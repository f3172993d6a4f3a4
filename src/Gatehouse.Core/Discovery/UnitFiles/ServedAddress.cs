using System.Globalization;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Discovery.UnitFiles;

/// <summary>
/// Tells at which address a program without a container serves: by its options, its variables, and else by its own
/// choice.
/// </summary>
internal static class ServedAddress
{
    private const string Everywhere = "0.0.0.0";

    // Those that listen on every address unless they are told otherwise; others on the loopback.
    private static readonly string[] OpenByChoice = ["vLLM", "LiteLLM", "LocalAI", "SGLang", "KoboldCpp", "llama-swap"];

    /// <summary>The host and the port; port 0 when it serves no models or its port is not known.</summary>
    public static (string Host, int Port) Of(
        KnownSoftware? software, IReadOnlyList<string> words, IReadOnlyList<EnvironmentFact> variables)
    {
        if (software?.Role is not (SoftwareRole.Server or SoftwareRole.Proxy)) return ("", 0);
        string? host = null;
        int? port = null;
        var (hostVariable, portVariable) = software.Name switch
        {
            "Ollama" => ("OLLAMA_HOST", ""),
            "llama.cpp" => ("LLAMA_ARG_HOST", "LLAMA_ARG_PORT"),
            _ => ("HOST", "PORT"),
        };
        foreach (var variable in variables)
        {
            if (variable.Name == portVariable) port = Number(variable.Value) ?? port;
            if (variable.Name != hostVariable || variable.Value is not { Length: > 0 } value) continue;
            if (value.StartsWith(':')) port = Number(value[1..]) ?? port;
            else if (ParsedUrl.TryParse(value) is { } url) (host, port) = (url.Host, url.Port ?? port);
        }
        if (Listen(words) is { } both) (host, port) = (both.Host.Length == 0 ? Everywhere : both.Host, both.Port);
        if (Option(words, "--host", "--listen-host", "--hostname") is { } said) host = said;
        if (Number(Option(words, "--port", "-p")) is { } number) port = number;
        host ??= OpenByChoice.Contains(software.Name) ? Everywhere : "127.0.0.1";
        return (host is "::" or "*" ? Everywhere : host, port ?? software.Port);
    }

    /// <summary>
    /// The host and the port in one option, as llama-swap and LocalAI have it; null where it names no port, for
    /// elsewhere <c>--listen</c> takes a host or nothing.
    /// </summary>
    internal static (string Host, int Port)? Listen(IReadOnlyList<string> words)
        => Option(words, "--listen", "-listen", "--address", "-address") is { } said
            && said.LastIndexOf(':') is >= 0 and var cut && Number(said[(cut + 1)..]) is { } port
            ? (said[..cut].Trim('[', ']'), port) : null;

    private static string? Option(IReadOnlyList<string> words, params string[] names)
    {
        for (var at = 0; at < words.Count; at++)
        {
            foreach (var name in names)
            {
                if (words[at] == name && at + 1 < words.Count) return words[at + 1];
                if (words[at].StartsWith(name + "=", StringComparison.Ordinal)) return words[at][(name.Length + 1)..];
            }
        }
        return null;
    }

    private static int? Number(string? text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? port : null;
}
