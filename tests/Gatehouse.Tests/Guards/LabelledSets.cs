using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Gatehouse.Tests.Guards;

/// <summary>
/// The labelled sets beside the checkout, as the bench reads them; tests that need them are skipped where they are not.
/// </summary>
internal static class LabelledSets
{
    private static readonly string Folder =
        Environment.GetEnvironmentVariable("GUARD_DATA") ?? Repository.PathOf("..", "shared", "data");

    /// <summary>The rows of a set of JSON lines or a JSON array; skips the test where the set is absent.</summary>
    public static IReadOnlyList<JsonElement> Rows(params string[] path)
    {
        var file = Path.Combine([Folder, .. path]);
        Assert.SkipUnless(File.Exists(file), "the labelled sets are not beside this checkout");
        using var zipped = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        var text = new StreamReader(zipped, Encoding.UTF8).ReadToEnd();
        return text.StartsWith('[')
            ? [.. JsonDocument.Parse(text).RootElement.EnumerateArray()]
            : [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(
                line => JsonDocument.Parse(line).RootElement)];
    }
}
