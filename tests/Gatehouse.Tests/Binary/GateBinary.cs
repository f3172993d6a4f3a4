namespace Gatehouse.Tests.Binary;

/// <summary>
/// The native binary that is tested: what <c>./build</c> left, or what <c>GATEHOUSE_BINARY</c> names.
/// </summary>
internal static class GateBinary
{
    private const string Variable = "GATEHOUSE_BINARY";

    public static string Path
    {
        get
        {
            var path = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
                ? System.IO.Path.GetFullPath(named)
                : Repository.PathOf("artifacts", "gatehouse");
            Assert.True(
                File.Exists(path), $"There is no binary at {path}. Run ./build first, or name one in {Variable}.");
            return path;
        }
    }
}
