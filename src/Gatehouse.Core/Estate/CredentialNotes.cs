namespace Gatehouse.Core.Estate;

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
