namespace Gatehouse.Storage;

/// <summary>A change of other tables that stands or falls with an entry: a token, a pause, a counter.</summary>
internal interface IStateChange
{
    /// <summary>
    /// Runs on the writer's thread inside the entry's transaction, so it must be short. May run again if the
    /// transaction is retried. If it throws, the entry is not written and the append throws the same.
    /// </summary>
    public void Apply(LedgerTransaction transaction);
}

/// <summary>Two changes that stand or fall together.</summary>
internal sealed class BothChanges(IStateChange first, IStateChange second) : IStateChange
{
    public void Apply(LedgerTransaction transaction)
    {
        first.Apply(transaction);
        second.Apply(transaction);
    }
}
