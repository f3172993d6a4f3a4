namespace Gatehouse.Core.Estate;

/// <summary>Reads a credential's reference and notes when a vault would be better.</summary>
internal static class CredentialNotes
{
    public static CredentialReference? Read(SectionReader section, Setting<CredentialReference> setting)
    {
        if (!section.TryGet(setting, out var reference))
            return null;
        if (reference is CredentialReference.Env)
            section.Warning(setting,
                "`env:` shows it to all processes of the same user: `pass:` or `systemd:` is better");
        else if (reference is CredentialReference.File)
            section.Warning(setting, "`file:` keeps the secret in clear text on disk: `pass:` or `systemd:` is better");
        return reference;
    }
}
