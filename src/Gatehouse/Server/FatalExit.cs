using Gatehouse.Actions;
using Gatehouse.Linux;
using Gatehouse.Storage;

namespace Gatehouse.Server;

/// <summary>Stops the process at once, because what the ledger says can no longer be believed.</summary>
internal static class FatalExit
{
    public static void StopProcess(LedgerFatal fatal)
    {
        Console.Error.WriteLine($"gatehouse: {fatal.Message}");
        Console.Error.Flush();
        // Not Environment.Exit: nothing may run any more that could answer a call or write a record.
        LinuxProcess.ExitNow(ExitCodes.LedgerInDoubt);
    }
}
