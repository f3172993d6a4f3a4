using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Gatehouse.Linux;

/// <summary>
/// Does something inside the network of another process: no container and no tool inside is needed, and what runs
/// there has no part in it. Needs root, and the process in the host's numbers.
/// </summary>
internal static partial class NetworkNamespace
{
    /// <summary>CLONE_NEWNET of setns(2).</summary>
    private const int NewNet = 0x40000000;

    /// <summary>
    /// Runs the work on a thread of its own that ends with it: the pool must never get a thread that looks out of
    /// another network. Sockets keep the network in which they were made.
    /// </summary>
    /// <exception cref="IOException">The process is gone, or this user may not enter its network.</exception>
    public static Task<T> RunAsync<T>(int processId, Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                Enter(processId);
                result.SetResult(work());
            }
            catch (Exception error)
            {
                result.SetException(error);
            }
        })
        { IsBackground = true, Name = $"netns of {processId}" };
        thread.Start();
        return result.Task;
    }

    private static void Enter(int processId)
    {
        using SafeFileHandle file = OpenNamespace(processId);
        if (SetNamespace(file, NewNet) == 0) return;
        throw new IOException(
            $"Cannot enter the network of process {processId} (error {Marshal.GetLastPInvokeError()}). "
                + "This needs root.");
    }

    private static SafeFileHandle OpenNamespace(int processId)
    {
        try
        {
            return File.OpenHandle($"/proc/{processId}/ns/net");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Cannot open the network of process {processId}: {error.Message}", error);
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle file, int kind);
}
