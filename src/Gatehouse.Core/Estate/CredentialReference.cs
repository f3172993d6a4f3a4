namespace Gatehouse.Core.Estate;

/// <summary>
/// Where a credential lies. The estate holds no secret itself: a reference is resolved at use and its value is
/// never stored, logged or shown. The set is closed.
/// </summary>
public abstract record CredentialReference
{
    private CredentialReference()
    {
    }

    /// <summary>The form that the estate file uses, such as <c>pass:ai/openai</c>. It holds no secret.</summary>
    public sealed override string ToString() => this switch
    {
        Pass pass => $"pass:{pass.Entry}",
        Systemd systemd => $"systemd:{systemd.Name}",
        File file => $"file:{file.Path}",
        Env env => $"env:{env.Variable}",
        _ => throw new InvalidOperationException("A kind of credential reference has no text form."),
    };

    /// <summary>An entry of GNU pass.</summary>
    /// <param name="Entry">Name of the entry below the password store, such as <c>ai/openai</c>.</param>
    public sealed record Pass(string Entry) : CredentialReference;

    /// <summary>A systemd credential, found in the directory that the service manager provides.</summary>
    /// <param name="Name">Name of the credential: a file name without slashes.</param>
    public sealed record Systemd(string Name) : CredentialReference;

    /// <summary>A file whose text, without the closing line break, is the credential.</summary>
    /// <param name="Path">Absolute path.</param>
    public sealed record File(string Path) : CredentialReference;

    /// <summary>An environment variable of the server.</summary>
    /// <param name="Variable">Name of the variable.</param>
    public sealed record Env(string Variable) : CredentialReference;
}

/// <summary>Reads references to credentials. No message holds any part of a value: it may be the secret.</summary>
internal static class CredentialText
{
    public const string Pattern = "^(pass|systemd|file|env):.+$";

    private const int LengthMax = 512; // Characters.

    public static string? Read(string text, out CredentialReference value)
    {
        value = null!;
        var colon = text.IndexOf(':');
        var kind = colon < 0 ? "" : text[..colon];
        var name = text[(colon + 1)..];
        if (kind is not ("pass" or "systemd" or "file" or "env"))
            return "is not a reference; a secret itself is never written here (its value is not shown)";
        if (text.Length > LengthMax || name.Any(c => c <= ' ' || c >= 0x7f))
            return $"`{kind}:` is followed by something that is no name";
        CredentialReference? reference = kind switch
        {
            "pass" => IsEntry(name) ? new CredentialReference.Pass(name) : null,
            "systemd" => IsFileName(name) ? new CredentialReference.Systemd(name) : null,
            "file" => name.Length > 1 && name[0] == '/' ? new CredentialReference.File(name) : null,
            _ => IsVariable(name) ? new CredentialReference.Env(name) : null,
        };
        if (kind != "file" && DisplayText.LooksSecret(name))
            return $"`{kind}:` is followed by what looks like the secret itself (its value is not shown)";
        value = reference!;
        return reference is null ? $"`{kind}:` is followed by something that is no {NameOf(kind)}" : null;
    }

    private static string NameOf(string kind) => kind switch
    {
        "pass" => "entry of the password store",
        "systemd" => "name of a systemd credential",
        "file" => "absolute path",
        _ => "name of an environment variable",
    };

    // A leading dash would reach the command line of `pass` as an option, `..` would leave the store.
    private static bool IsEntry(string name) =>
        name.Length != 0 && name[0] is not ('-' or '/') && name[^1] != '/' && !name.Split('/').Contains("..");

    private static bool IsFileName(string name) =>
        name.Length is > 0 and <= 255 && !name.Contains('/') && name is not ("." or "..");

    private static bool IsVariable(string name) =>
        name.Length != 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}

/// <summary>Reads a credential's reference and notes when a vault would be better.</summary>
internal static class CredentialNotes
{
    public static CredentialReference? Read(SectionReader section, Setting<CredentialReference> setting)
    {
        if (!section.TryGet(setting, out var reference))
            return null;
        var why = reference switch
        {
            CredentialReference.Env => "`env:` shows the secret to every process of the same user",
            CredentialReference.File => "`file:` keeps the secret in clear text on disk",
            _ => null,
        };
        if (why is not null)
            section.Warning(setting, $"{why}: `pass:` or `systemd:` is better");
        return reference;
    }
}

/// <summary>
/// A credential could not be had. It lies here, beside the reference, because the vault throws it and the gate catches
/// it, and those two know nothing of each other.
/// </summary>
/// <param name="reference">What was to be resolved; the message names it.</param>
/// <param name="why">The cause and what to do, without a full stop. Never a value.</param>
public sealed class CredentialException(CredentialReference reference, string why)
    : Exception($"The credential {reference} cannot be used: {why}.");
