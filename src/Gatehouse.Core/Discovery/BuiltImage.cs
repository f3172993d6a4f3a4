using Gatehouse.Core.Compose;
using Gatehouse.Core.Discovery.Scanning;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// Tells what an image is that is built on the host: what it is built from says it, and else the name that its builder
/// gave it.
/// </summary>
internal static class BuiltImage
{
    private const int LinesMax = 2_000; // Lines of one file; those of people have about forty.
    private const int NameMin = 4; // Letters of a server's name that stands for it; shorter ones are words.

    // Names of servers that are words as well.
    private static readonly string[] Words = ["infinity", "piper", "cuda", "lemonade", "rocm-fedora"];

    /// <summary>What it is known to be; null when nothing says so.</summary>
    /// <param name="service">A service.</param>
    /// <param name="read">Hands over the file that says how it is built; null when none is read.</param>
    public static KnownSoftware? SoftwareOf(ComposeService service, ReadScript? read)
    {
        if (service.BuildContext is null) return null;
        var text = service.BuildFile is { } path && read is not null ? read(path) : null;
        if (text is not null)
        {
            var bases = Bases(text, service.BuildArguments).ToArray();
            // Only what it is built on in the end is what runs.
            if (bases is [.., var last] && Known(last) is { } known) return known;
        }
        return (text is not null ? null : OfArguments(service)) ?? Named(service.Name)
            ?? (service.ContainerName is { } name ? Named(name) : null)
            ?? (text is null && IsSpeech(service) ? SoftwareTable.OfProgram("whisper-server") : null);
    }

    /// <summary>A server of speech by its name, which is told by itself which model it is to load.</summary>
    private static bool IsSpeech(ComposeService service) => service.Name.Split(['-', '_']) is var words
        && words.Contains("whisper") && words.Any(static word => word is "api" or "server" or "asr" or "stt")
        && service.Environment.Any(static fact => fact.Name.StartsWith("WHISPER_MODEL", StringComparison.Ordinal))
        && !service.Environment.Any(static fact => KeyNames.IsModelKey(fact.Name));

    /// <summary>The same for a container of a unit: its image lies on the host only, or a unit builds it.</summary>
    /// <param name="run">What is run.</param>
    /// <param name="name">The name that people use for it.</param>
    public static KnownSoftware? SoftwareOf(ContainerRun run, string name)
        => run.Image.StartsWith("localhost/", StringComparison.Ordinal)
            || run.Image.EndsWith(".build", StringComparison.Ordinal)
                ? Named(run.Name ?? name) ?? Named(name) : null;

    /// <summary>A part that an app is built on says nothing about the app.</summary>
    private static KnownSoftware? Known(string image)
        => SoftwareTable.Find(image) is { Role: not SoftwareRole.Plain } known ? known : null;

    private static KnownSoftware? OfArguments(ComposeService service) => service.BuildArguments
        .Where(static pair => pair.Value.Contains('/', StringComparison.Ordinal))
        .Select(static pair => Known(pair.Value)).FirstOrDefault(static one => one is not null);

    private static KnownSoftware? Named(string name)
        => name.Length >= NameMin && !Words.Contains(name)
            && SoftwareTable.OfProgram(name) is { Role: SoftwareRole.Server } known ? known : null;

    /// <summary>The images behind <c>FROM</c>, with arguments put in; a stage stands for what it is built on.</summary>
    private static IEnumerable<string> Bases(string text, IEnumerable<KeyValuePair<string, string>> arguments)
    {
        var given = arguments.ToDictionary(StringComparer.Ordinal);
        var values = new ShellVariables();
        var stages = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in text.Split('\n', LinesMax + 1).Take(LinesMax))
        {
            var words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)
                .Where(static word => !word.StartsWith("--", StringComparison.Ordinal)).ToArray();
            if (words is not [var verb, var said, ..]) continue;
            if (verb.Equals("ARG", StringComparison.OrdinalIgnoreCase))
            {
                var parts = said.Split('=', 2);
                if (given.GetValueOrDefault(parts[0]) is { } value) values.Set(parts[0], value);
                else if (parts.Length == 2) values.Set(parts[0], parts[1].Trim('"', '\''));
            }
            else if (verb.Equals("FROM", StringComparison.OrdinalIgnoreCase))
            {
                var image = values.Expand(said);
                image = stages.GetValueOrDefault(image) ?? image;
                if (words is [_, _, _, var stage, ..]) stages[stage] = image;
                yield return image;
            }
        }
    }
}
