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

    private readonly ConcurrentDictionary<string, StoredPause> _pauses = new();

    public IEnumerable<StoredPause> All => _pauses.Values;

    public StoredPause? For(string job)
    {
        if (_pauses.IsEmpty) return null;
        return _pauses.TryGetValue(AllJobs, out var all) ? all : _pauses.GetValueOrDefault(job);
    }

    public void Add(StoredPause pause) => _pauses[pause.Job] = pause;

    public bool Remove(string job) => _pauses.TryRemove(job, out _);
}
