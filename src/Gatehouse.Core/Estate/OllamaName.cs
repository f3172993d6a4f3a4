namespace Gatehouse.Core.Estate;

/// <summary>
/// Names of models as Ollama resolves them (types/model/name.go and internal/modelref of its source, 2026): case does
/// not count, and what is missing is <c>registry.ollama.ai/library/…:latest</c>.
/// </summary>
public static class OllamaName
{
    private const string DefaultHost = "registry.ollama.ai";
    private const string DefaultNamespace = "library";
    private const string DefaultTag = "latest";
    private const string LocalSuffix = ":local";

    /// <summary>
    /// The whole name in lower case, such as <c>registry.ollama.ai/library/llama3.2:latest</c>. Two names mean the same
    /// model exactly when their whole names are equal.
    /// </summary>
    public static string Whole(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var rest = name.Trim().ToLowerInvariant();
        // A source suffix says where the model runs; it is no part of the name.
        if (rest.EndsWith(LocalSuffix, StringComparison.Ordinal))
            rest = rest[..^LocalSuffix.Length];
        if (rest.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0)
            rest = rest[(scheme + 3)..];
        var (host, group, tag) = (DefaultHost, DefaultNamespace, DefaultTag);
        if (rest.LastIndexOf(':') is var colon && colon > rest.LastIndexOf('/'))
            (rest, tag) = (rest[..colon], Or(rest[(colon + 1)..], tag));
        if (rest.LastIndexOf('/') is var slash and >= 0)
        {
            (rest, group) = (rest[(slash + 1)..], rest[..slash]);
            if (group.LastIndexOf('/') is var outer and >= 0)
                (group, host) = (group[(outer + 1)..], Or(group[..outer], host));
        }
        return $"{host}/{Or(group, DefaultNamespace)}/{rest}:{tag}";
    }

    /// <summary>Whether Ollama takes both names for the same model.</summary>
    public static bool Same(string left, string right) =>
        string.Equals(left, right, StringComparison.Ordinal)
        || string.Equals(Whole(left), Whole(right), StringComparison.Ordinal);

    /// <summary>
    /// Whether Ollama runs a model of this name in its cloud, whatever the server has: <c>:cloud</c>, or a name that
    /// ends in <c>-cloud</c>. A name without this may still be of a model that runs elsewhere; only the server knows.
    /// </summary>
    public static bool IsCloud(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var rest = name.AsSpan().Trim();
        while (rest.EndsWith(LocalSuffix, StringComparison.OrdinalIgnoreCase))
            rest = rest[..^LocalSuffix.Length].TrimEnd();
        // Ollama takes spaces off both sides of the part after the last colon.
        return rest.EndsWith("-cloud", StringComparison.OrdinalIgnoreCase)
            || rest[(rest.LastIndexOf(':') + 1)..].Trim().Equals("cloud", StringComparison.OrdinalIgnoreCase)
                && rest.Contains(':');
    }

    private static string Or(string text, string otherwise) => text.Length == 0 ? otherwise : text;
}
