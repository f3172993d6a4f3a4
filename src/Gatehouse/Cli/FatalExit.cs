using System.Runtime.InteropServices;
using Gatehouse.Actions;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>Stops the process at once, because what the ledger says can no longer be believed.</summary>
internal static partial class FatalExit
{
    public static void StopProcess(LedgerFatal fatal)
    {
        Console.Error.WriteLine($"gatehouse: {fatal.Message}");
        Console.Error.Flush();
        // Not Environment.Exit: nothing may run any more that could answer a call or write a record.
        ExitNow(ExitCodes.LedgerInDoubt);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
