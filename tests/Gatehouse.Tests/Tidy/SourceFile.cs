namespace Gatehouse.Tests.Tidy;

/// <summary>One text file of the checkout, its path written with <c>/</c> from the root.</summary>
internal sealed record SourceFile(string Path, string Text)
{
    public string[] Lines { get; } = Text.Split('\n');

    /// <summary>
    /// The folder below the project, for example <c>Gate/Identity</c>; empty for a file beside the project.
    /// </summary>
    public string Folder
    {
        get
        {
            var parts = Path.Split('/');
            return parts.Length <= 3 ? "" : string.Join('/', parts[2..^1]);
        }
    }
}
