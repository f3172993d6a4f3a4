namespace Gatehouse.Core.Estate;

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
