using System.ComponentModel;
using System.Diagnostics;

namespace Gatehouse.Adoption;

/// <summary>Runs a program of this host and waits for it.</summary>
internal static class HostCommand
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    /// <exception cref="AdoptionException">It cannot be run, fails, or does not end.</exception>
    public static async Task RunAsync(IReadOnlyList<string> command, TimeProvider time, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(Within, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in command.Skip(1)) start.ArgumentList.Add(argument);
        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var errors = process.StandardError.ReadToEndAsync(either.Token);
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            await output;
            if (process.ExitCode == 0) return;
            throw new AdoptionException(
                $"`{string.Join(' ', command)}` failed ({process.ExitCode}): {(await errors).Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            stop.ThrowIfCancellationRequested();
            throw new AdoptionException($"`{string.Join(' ', command)}` did not end within {Within.TotalSeconds:0} s.");
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new AdoptionException($"{start.FileName} does not start.");
        }
        catch (Win32Exception error)
        {
            throw new AdoptionException($"{start.FileName} cannot be run: {error.Message}", error);
        }
    }
}
