using System.CommandLine;

namespace Gatehouse.Cli;

/// <summary>The ledger's verbs.</summary>
internal static class LedgerCommand
{
    public static Command Create() => new("ledger", "Read, search, count and verify what is on record")
    {
        LedgerShowCommand.Create(),
        LedgerGrepCommand.CreateGrep(),
        LedgerGrepCommand.CreatePayload(),
        LedgerStatsCommand.Create(),
        LedgerVerifyCommand.Create(),
        LedgerVerifyCommand.CreateCheckpoint(),
        LedgerVerifyCommand.CreateConfirmClock(),
        LedgerRepairCommand.CreateRebuild(),
        LedgerRepairCommand.CreateAcceptLoss(),
    };
}
