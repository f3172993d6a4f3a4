using System.Runtime.InteropServices;

namespace Gatehouse.Tests.Binary;

/// <summary>Signals by number, signal(7) on x86 and ARM.</summary>
internal static class Signals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int User1 = 10;
    public const int Terminate = 15;

    public static void Send(int pid, int signal)
    {
        Assert.True(pid > 1, "Only a process that this test started gets a signal.");
        Assert.True(SendRaw(pid, signal) == 0, $"Signal {signal} could not be sent to process {pid}.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendRaw(int pid, int signal);
}
