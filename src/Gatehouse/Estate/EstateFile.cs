using System.Text;
using Gatehouse.Core.Estate;
using Gatehouse.Linux;

namespace Gatehouse.Estate;

/// <summary>Reads the estate file of a home; what the disk does wrong becomes a problem like any other.</summary>
internal static class EstateFile
{
    public const string Name = "gatehouse.yaml";

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The path of the file in a home.</summary>
    public static string PathIn(string home) => Path.Combine(home, Name);

    /// <summary>Reads and judges the file.</summary>
    public static EstateReading Read(string home) => Read(home, out _);

    /// <summary>The plan of a home; null when it has no valid file.</summary>
    public static EstatePlan? TryRead(string home) => File.Exists(PathIn(home)) ? Read(home).Plan : null;

    /// <summary>Reads and judges the file, and gives its text.</summary>
    public static EstateReading Read(string home, out string text)
    {
        text = "";
        var path = PathIn(home);
        try
        {
            using var file = new FileStream(LinuxFile.OpenOrdinary(path), FileAccess.Read, bufferSize: 0);
            // One byte more than allowed is enough for the reader to refuse it.
            var bytes = new byte[EstateReader.BytesMax + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            text = Strict.GetString(bytes, 0, length);
            return EstateReader.Read(text.StartsWith('\uFEFF') ? text[1..] : text, path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return Unreadable(path, "there is no such file; `gatehouse init` writes one");
        }
        catch (DecoderFallbackException)
        {
            return Unreadable(path, "the file is not UTF-8 text; save it as UTF-8");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Unreadable(path, $"the file cannot be read: {error.Message}");
        }
    }

    private static EstateReading Unreadable(string path, string message) =>
        new()
        {
            Problems = [new EstateProblem { File = path, Line = 1, Column = 1, Message = message }],
            Warnings = [],
        };
}
