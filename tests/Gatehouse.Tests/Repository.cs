using System.Reflection;

namespace Gatehouse.Tests;

/// <summary>
/// Where the checkout lies, for tests that read its files. Not from the caller's path: CI builds rewrite that.
/// </summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(attribute => attribute.Key == "RepositoryRoot").Value!);

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);
}
