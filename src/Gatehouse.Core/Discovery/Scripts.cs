using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Syntax;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// The scripts that commands name, each read and searched once however often it is named, and bounded in number for
/// one scan of a host. Not for several threads at once.
/// </summary>
/// <param name="read">Hands over their texts.</param>
public sealed class ScriptCache(ReadScript read)
{
    private const int ScriptsMax = 500; // Of one scan; a busy host has a few dozen.
    private const int ModulesMax = 8; // Of one script; people split one into a handful.
    private const int ImportsMax = 60; // Modules that a script names, most of which lie elsewhere.

    private const string Python = ".py";

    private readonly Dictionary<string, ImmutableArray<Evidence>> _evidence = new(StringComparer.Ordinal);

    /// <summary>The evidence in a script; none when it cannot be read.</summary>
    /// <param name="path">An absolute path.</param>
    public ImmutableArray<Evidence> Evidence(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (_evidence.TryGetValue(path, out var known))
            return known;
        if (_evidence.Count >= ScriptsMax || read(path) is not { } text)
            return _evidence.Count < ScriptsMax ? _evidence[path] = [] : [];
        ImmutableArray<Evidence> evidence = IsPython(path, text)
            ? [.. EvidenceText.FindInScript(path, text), .. EvidenceOfModules(path, text), .. OfStarted(path, text)]
            : [.. OfShell(path, text)];
        _evidence[path] = evidence;
        return evidence;
    }

    /// <summary>
    /// The evidence in a script of the shell and in the files that it takes in, which are not followed further.
    /// </summary>
    private IEnumerable<Evidence> OfShell(string path, string text)
    {
        var taken = !EvidenceText.IsShellScript(path, text) ? [] : ShellSources.Of(path, text)
            .Select(source => (Path: source, Text: read(source))).Where(static one => one.Text is not null)
            .Select(one => (one.Path, Text: ShellLibrary.UsedBy(text, one.Text!))).ToArray();
        if (taken.Length == 0)
            return EvidenceText.FindInScript(path, text);
        return EvidenceText.FindInShell(path, text, [.. taken.Select(static one => one.Text)])
            .Concat(taken.SelectMany(one => EvidenceText.FindInShell(one.Path, one.Text, [text])
                .Where(static piece => piece.Kind != EvidenceKind.Upkeep)));
    }

    /// <summary>The evidence in the scripts that one of Python starts; what those start is not followed.</summary>
    private IEnumerable<Evidence> OfStarted(string path, string text) => StartedScripts
        .Of(text, path[..Math.Max(0, path.LastIndexOf('/'))])
        .Where(started => started != path).Select(started => (Path: started, Text: read(started)))
        .Where(static started => started.Text is not null)
        .SelectMany(static started => EvidenceText.FindInScript(started.Path, started.Text!))
        .Where(static piece => piece.Kind != EvidenceKind.Upkeep);

    private static bool IsPython(string path, string text) => path.EndsWith(Python, StringComparison.Ordinal)
        || (text.StartsWith("#!", StringComparison.Ordinal)
            && text.Split('\n', 2)[0].Contains("python", StringComparison.Ordinal));

    /// <summary>
    /// The evidence in modules beside a Python script. Their own modules are not followed; that one only manages models
    /// says nothing about the script.
    /// </summary>
    private IEnumerable<Evidence> EvidenceOfModules(string path, string text)
    {
        var folder = path[..(path.LastIndexOf('/') + 1)];
        return ImportScan.Modules(text).Take(ImportsMax).Select(name => $"{folder}{name}{Python}")
            .Where(module => module != path).Select(module => (Path: module, Text: read(module)))
            .Where(static module => module.Text is not null).Take(ModulesMax)
            .SelectMany(static module => EvidenceText.FindInScript(module.Path, module.Text!))
            .Where(static piece => piece.Kind != EvidenceKind.Upkeep);
    }

    /// <summary>The text of a file of variables; null when it cannot be read.</summary>
    /// <param name="path">An absolute path.</param>
    public string? Text(string path) => read(path);
}

/// <summary>Hands over the text of a script or of a file of variables that a command names.</summary>
/// <param name="path">An absolute path.</param>
/// <returns>The text; null when it is no regular file, too large, or may not be read.</returns>
public delegate string? ReadScript(string path);

/// <summary>Tells a model server by how it is started, where the name of its image or unit says nothing.</summary>
internal static class ServedModel
{
    private const int LinesMax = 2_000; // Lines of one script that starts a server; those of people have about twenty.

    // Variables that only llama.cpp's server reads, by its own help.
    private static readonly string[] LlamaVariables =
        ["LLAMA_ARG_MODEL", "LLAMA_ARG_MODEL_URL", "LLAMA_ARG_HF_REPO", "LLAMA_ARG_HF_FILE"];

    private const int SignsMin = 2; // Options and variables of one engine that together tell it.

    // Options and beginnings of variables that only one engine has, by its own help; an image that a variable names
    // says nothing, and what it is given does.
    private static readonly (string Program, string[] Options, string[] Starts)[] EngineOptions =
    [
        ("vllm", ["--served-model-name", "--max-model-len", "--gpu-memory-utilization", "--tensor-parallel-size",
            "--enable-auto-tool-choice", "--tool-call-parser", "--enable-prefix-caching", "--max-num-seqs"],
            ["VLLM_USE_", "VLLM_ROCM_", "VLLM_CACHE_", "VLLM_ATTENTION_", "VLLM_WORKER_", "VLLM_ALLOW_",
                "VLLM_ENGINE_", "VLLM_LOGGING_"]),
        ("sglang", ["--mem-fraction-static", "--tp-size", "--chunked-prefill-size", "--context-length"], []),
        ("text-generation-inference", ["--model-id", "--num-shard", "--max-input-length", "--max-total-tokens",
            "--max-batch-prefill-tokens"], []),
    ];

    /// <summary>What a container's command and variables say that it serves; null when they say nothing.</summary>
    public static KnownSoftware? SoftwareOf(IReadOnlyList<string> command, IEnumerable<EnvironmentFact> environment)
    {
        var variables = environment.ToArray();
        if (variables.Any(static fact => LlamaVariables.Contains(fact.Name)) || IsLlama(command))
            return SoftwareTable.OfProgram("llama-server");
        if (IsLiteLlm(command) && variables.Any(static fact => fact.Name == "LITELLM_MASTER_KEY"))
            return SoftwareTable.OfProgram("litellm");
        var software = command.Count == 0 ? null : Programs.SoftwareOf(EvidenceText.FindInArguments("", command));
        if (software is not null) return software.Role is SoftwareRole.Server or SoftwareRole.Proxy ? software : null;
        return EngineOptions.Select(one => (one.Program,
                Options: command.Count(word => one.Options.Contains(word.Split('=')[0])), Variables: variables.Count(
                    fact => one.Starts.Any(start => fact.Name.StartsWith(start, StringComparison.Ordinal)))))
            .Where(static one => one.Options > 0 && one.Options + one.Variables >= SignsMin)
            .Select(static one => SoftwareTable.OfProgram(one.Program)).FirstOrDefault();
    }

    /// <summary>The command in a script that serves models, with the script's own variables put in.</summary>
    /// <param name="script">The text of a script of the shell.</param>
    /// <param name="environment">Variables with which it is started.</param>
    /// <returns>Null when it has none.</returns>
    public static (KnownSoftware Software, string[] Words)? In(
        string script, IReadOnlyList<EnvironmentFact> environment)
    {
        var (values, arrays) = (new ShellVariables(), new ShellArrays());
        foreach (var fact in environment.Where(static fact => fact.Value is not null))
            values.Set(fact.Name, fact.Value!);
        var lines = script.Replace("\\\r\n", " ", StringComparison.Ordinal)
            .Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Take(LinesMax);
        foreach (var line in lines.Select(static line => line.Trim()).Where(static line => !line.StartsWith('#')))
        {
            foreach (var words in ShellWords.Commands(arrays.Read(line)))
            {
                values.Take(words);
                // The program itself may stand in a variable, so that the words count as the shell reads them.
                var said = values.Placed([.. words.Select(values.Expand)]);
                if (Programs.SoftwareOf(
                    EvidenceText.FindInArguments("", said)) is { Role: not SoftwareRole.App } software)
                {
                    return (software, said);
                }
            }
        }
        return null;
    }

    /// <summary>Options without a program before them, for an image that starts LiteLLM's proxy.</summary>
    private static bool IsLiteLlm(IReadOnlyList<string> command) => command.Count != 0 && command[0].StartsWith('-')
        && command.Any(static word => word is "--config" or "-c"
            || word.StartsWith("--config=", StringComparison.Ordinal));

    /// <summary>Options without a program before them, for an image that starts llama.cpp's server.</summary>
    private static bool IsLlama(IReadOnlyList<string> command)
    {
        if (command.Count == 0 || !command[0].StartsWith('-')) return false;
        for (var at = 0; at + 1 < command.Count; at++)
        {
            if (command[at] is "-hf" or "-hfr" or "--hf-repo"
                || (command[at] is "-m" or "--model"
                    && command[at + 1].EndsWith(".gguf", StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }
        return false;
    }
}
