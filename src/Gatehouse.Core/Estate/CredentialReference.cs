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
