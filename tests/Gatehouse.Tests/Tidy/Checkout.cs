namespace Gatehouse.Tests.Tidy;

/// <summary>The files of this checkout that people wrote: not what is built, installed or kept by git.</summary>
internal static class Checkout
{
    private static readonly HashSet<string> Skipped =
        ["artifacts", "node_modules", ".git", ".vs", ".idea", "bin", "obj", "TestResults"];

    private static readonly HashSet<string> Binary =
        [".db", ".so", ".dll", ".png", ".jpg", ".ico", ".gz", ".zst", ".br", ".woff2", ".key", ".sig"];

    private static readonly Lazy<IReadOnlyList<SourceFile>> Read = new(() =>
        [.. Paths(Repository.Root).Select(path => new SourceFile(
            Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'), File.ReadAllText(path)))
            .OrderBy(file => file.Path, StringComparer.Ordinal)]);

    public static IReadOnlyList<SourceFile> Files => Read.Value;

    public static IEnumerable<SourceFile> Code(params string[] below) => Files.Where(file =>
        file.Path.EndsWith(".cs", StringComparison.Ordinal)
        && below.Any(folder => file.Path.StartsWith(folder + "/", StringComparison.Ordinal)));

    /// <summary>The documents whose words the tests check against the code.</summary>
    public static IEnumerable<SourceFile> Documents() => Files.Where(file =>
        file.Path.EndsWith(".md", StringComparison.Ordinal)
        && (file.Path.StartsWith("docs/", StringComparison.Ordinal)
        || !file.Path.Contains('/', StringComparison.Ordinal)));

    private static IEnumerable<string> Paths(string folder)
    {
        foreach (var below in Directory.EnumerateDirectories(folder))
        {
            if (Skipped.Contains(Path.GetFileName(below)))
                continue;
            foreach (var path in Paths(below))
                yield return path;
        }

        foreach (var path in Directory.EnumerateFiles(folder))
        {
            // In a worktree, .git is a file that names a place on this machine; git does not track it.
            if (!Binary.Contains(Path.GetExtension(path)) && Path.GetFileName(path) != ".git")
                yield return path;
        }
    }
}
