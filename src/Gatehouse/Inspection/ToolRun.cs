using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Gatehouse.Inspection;

/// <summary>Asks a tool of the host, bounded in time and output; a tool that is not there says nothing.</summary>
internal static class ToolRun
{
    private const int CharactersMax = 256 * 1024;
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(5);

    /// <summary>What the tool printed; null when it is missing, fails, is too slow or prints too much.</summary>
    public static async Task<string?> AskAsync(string tool, string[] words, CancellationToken stop)
    {
        var start = new ProcessStartInfo(tool)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var word in words) start.ArgumentList.Add(word);
        // Output is read by programs here: no colours, no translation.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["SYSTEMD_COLORS"] = "0";
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Within);
        Process? process = null;
        try
        {
            process = Process.Start(start);
            if (process is null) return null;
            process.StandardInput.Close();
            var complaints = process.StandardError.BaseStream.CopyToAsync(Stream.Null, patience.Token);
            var said = await ReadAsync(process.StandardOutput, patience.Token);
            await complaints;
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode == 0 ? said : null;
        }
        catch (Exception error) when (error is Win32Exception or IOException or OperationCanceledException)
        {
            stop.ThrowIfCancellationRequested();
            return null;
        }
        finally
        {
            if (process is { HasExited: false }) process.Kill(entireProcessTree: true);
            process?.Dispose();
        }
    }

    private static async Task<string?> ReadAsync(StreamReader output, CancellationToken stop)
    {
        var buffer = new char[CharactersMax + 1];
        var length = await output.ReadBlockAsync(buffer.AsMemory(), stop);
        return length > CharactersMax ? null : new string(buffer, 0, length);
    }
}
