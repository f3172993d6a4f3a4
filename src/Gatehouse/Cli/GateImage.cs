using Gatehouse.Server;

namespace Gatehouse.Cli;

/// <summary>The gate's container image of this version.</summary>
internal static class GateImage
{
    private const string Archive = "gatehouse-image.tar.gz";

    public static string Name => $"gatehouse:{ProductVersion.Text}";

    /// <summary>The archive that comes with the program; null when it is in none of its places.</summary>
    public static string? FindArchive()
        => new[] { AppContext.BaseDirectory, "/usr/share/gatehouse", "/usr/local/share/gatehouse" }
            .Select(static folder => Path.Combine(folder, Archive)).FirstOrDefault(File.Exists);
}
