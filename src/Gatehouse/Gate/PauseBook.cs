using System.Collections.Concurrent;
using Gatehouse.Storage;

namespace Gatehouse.Gate;

/// <summary>
/// Which jobs are stopped. Pausing takes effect here first and is recorded after; resuming the other way round.
/// </summary>
internal sealed class PauseBook
{
    /// <summary>
    /// The name under which all jobs are paused; no job can have it, because job keys start with a letter.
    /// </summary>
    public const string AllJobs = "*";

    private readonly ConcurrentDictionary<string, Pause> _pauses = new();

    public IEnumerable<Pause> All => _pauses.Values;

    public Pause? For(string job)
    {
        if (_pauses.IsEmpty) return null;
        return _pauses.TryGetValue(AllJobs, out var all) ? all : _pauses.GetValueOrDefault(job);
    }

    public void Add(Pause pause) => _pauses[pause.Job] = pause;

    public bool Remove(string job) => _pauses.TryRemove(job, out _);
}

/// <summary>A stop that a person ordered: who, when and why.</summary>
internal sealed record Pause(string Job, string Who, DateTimeOffset Since, string Why);

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
