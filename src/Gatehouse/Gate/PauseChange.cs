using Gatehouse.Storage;

namespace Gatehouse.Gate;

/// <summary>Stores or lifts a pause with the act that says so, so that it survives a restart.</summary>
internal sealed class PauseChange(Pause pause, bool lifted) : IStateChange
{
    public void Apply(LedgerTransaction transaction)
    {
        var statement = transaction.Prepare(lifted
            ? "DELETE FROM pause WHERE job = ?1"
            : "INSERT OR REPLACE INTO pause (job, who, since, why) VALUES (?1, ?2, ?3, ?4)");
        statement.Bind(1, pause.Job);
        if (!lifted)
        {
            statement.Bind(2, pause.Who);
            statement.Bind(3, pause.Since.ToUnixTimeMilliseconds());
            statement.Bind(4, pause.Why);
        }
        statement.Run();
    }
}
