using System.Buffers;
using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Inspection;

/// <summary>Secrets and loaders in variables and arguments, by name alone.</summary>
internal static class SecretRules
{
    public static readonly InspectionRule InEnvironment = new(
        "GH-SEC-001", Severity.Medium, "Secrets lie in its environment.",
        "Anyone who may call the engine can read them, every program inside inherits them, and they end up in crash "
            + "reports.");

    public static readonly InspectionRule InArguments = new(
        "GH-SEC-002", Severity.Medium, "A secret lies in its command line.",
        "Every user of the host sees command lines, and so does anyone who may call the engine.");

    public static readonly InspectionRule Preload = new(
        "GH-SEC-003", Severity.High, "It loads foreign code into every program.",
        "A loader variable puts a library into whatever runs in this environment, hooks of the container's runtime "
            + "included.");

    public static ImmutableArray<InspectionRule> All => [InEnvironment, InArguments, Preload];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        var secrets = one.Container.Environment.Where(static variable => variable.IsSecret)
            .Select(static variable => variable.Name).Order(StringComparer.Ordinal).ToArray();
        if (secrets.Length > 0)
        {
            yield return one.Find(InEnvironment, $"Config.Env: {string.Join(", ", secrets)}",
                new Remedy.ByHand(
                    "Compose: secrets: with NAME_FILE=/run/secrets/NAME, where the application reads such files."));
        }
        if (SecretArguments.HoldAny(one.Container.CommandLine))
        {
            yield return one.Find(InArguments, "Config.Entrypoint and Config.Cmd (not shown)",
                new Remedy.ByHand("Compose: hand it over in secrets:, and take it out of command:."));
        }
        var loaders = one.Container.Environment
            .Where(static variable => variable.Name is "LD_PRELOAD" or "LD_AUDIT" && variable.Value is not "")
            .Select(static variable => variable.Name).ToArray();
        if (loaders.Length > 0)
        {
            var hasCard = one.Privileges.Runtime == "nvidia" || one.Privileges.DeviceRequests.Length > 0
                || one.Engine.DefaultRuntime == "nvidia";
            yield return one.Find(Preload,
                $"Config.Env: {string.Join(", ", loaders)}{(hasCard ? "; with a graphics runtime" : "")}",
                new Remedy.RemoveComposeKey("environment", loaders[0],
                    "Compose: remove it from environment:; if the image sets it, use another image."),
                severity: hasCard ? Severity.High : Severity.Medium);
        }
    }
}

/// <summary>Tells an argument of a command line that holds a secret; its value is looked at and never kept.</summary>
public static class SecretArguments
{
    /// <summary>
    /// Whether one looks like a secret, says <c>--token=…</c>, or stands behind <c>--token</c>. A path is no secret.
    /// </summary>
    /// <param name="arguments">The arguments, the program's own name among them or not.</param>
    public static bool HoldAny(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        for (var index = 0; index < arguments.Count; index++)
        {
            if (Holds(arguments[index])) return true;
            if (index + 1 < arguments.Count && arguments[index].StartsWith("--", StringComparison.Ordinal)
                && SecretText.IsSecretName(arguments[index].TrimStart('-'))
                && arguments[index + 1] is [not ('-' or '/'), ..])
            {
                return true;
            }
        }
        return false;
    }

    private static bool Holds(string argument)
    {
        if (SecretText.IsSecretValue(argument)) return true;
        var cut = argument.IndexOf('=', StringComparison.Ordinal);
        return cut > 0 && cut < argument.Length - 1 && argument[0] == '-'
            && !argument[(cut + 1)..].StartsWith('/') && SecretText.IsSecretName(argument[..cut].TrimStart('-'));
    }
}

/// <summary>Quotes a name for a command that a person copies: names come from images and files of others.</summary>
public static class ShellWord
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+=,-");

    /// <summary>The text as one word.</summary>
    /// <param name="text">Any text.</param>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 0 && text[0] != '-' && text.AsSpan().IndexOfAnyExcept(Plain) < 0
            ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
