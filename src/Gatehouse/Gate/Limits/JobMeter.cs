using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Limits;

/// <summary>
/// What one job uses. A call reserves what it may use before it leaves and settles what it did use afterwards, so
/// that calls in parallel cannot overspend together. All state is guarded by one lock per job.
/// </summary>
internal sealed class JobMeter(string job)
{
    /// <summary>
    /// Chosen so that a person sees every ordinary mistake and a runaway job adds at most one entry a second.
    /// </summary>
    private const long RefusalsOnRecordPerMinute = 60;

    /// <summary>
    /// A command every two seconds: more than any schedule needs, and too few to fill a ledger with.
    /// </summary>
    private const int ActsPerMinute = 30;

    /// <summary>Commands of one job at a time, each of which holds a connection.</summary>
    private const int ActsAtOnceMax = 32;

    /// <summary>What an act's entry takes at most, for one that is not written yet.</summary>
    private const int ActBytes = 2 * 1024;

    private readonly Lock _gate = new();
    private readonly SlidingMinute _requests = new();
    private readonly SlidingMinute _tokens = new();
    private readonly SlidingMinute _refusals = new();
    private readonly SlidingMinute _acts = new();
    private string _day = "", _month = "";
    private UsagePeriod _today, _thisMonth, _reserved;
    private int _concurrent, _actsNow;

    public int Concurrent => Volatile.Read(ref _concurrent);

    /// <summary>What was used before a restart, from the database.</summary>
    public void Restore(PeriodNames names, UsagePeriod today, UsagePeriod thisMonth)
    {
        lock (_gate) (_day, _month, _today, _thisMonth) = (names.Day, names.Month, today, thisMonth);
    }

    /// <summary>Lets the call in before its body is read, or says which limit stands in its way.</summary>
    public Refusal? TryEnter(JobLimits limits, PeriodNames names)
    {
        lock (_gate)
        {
            Turn_NeedsLock(names);
            var refusal = CheckEntry_NeedsLock(limits) ?? CheckBudgets_NeedsLock(limits, default);
            if (refusal is not null) return refusal;
            _requests.Add(names.Second, 1);
            _concurrent++;
            return null;
        }
    }

    /// <summary>Called exactly once for each call that was let in.</summary>
    public void Leave()
    {
        lock (_gate) _concurrent--;
    }

    /// <summary>Reserves what the call may use, or says which limit stands in its way.</summary>
    public Refusal? TryReserve(JobLimits limits, UsagePeriod wanted, PeriodNames names)
    {
        lock (_gate)
        {
            Turn_NeedsLock(names);
            var refusal = CheckTokens_NeedsLock(limits, wanted.Tokens) ?? CheckBudgets_NeedsLock(limits, wanted);
            if (refusal is null) _reserved += wanted;
            return refusal;
        }
    }

    /// <summary>Reserves bytes for an answer that grows, or says that there are none left.</summary>
    public Refusal? TryReserveMore(JobLimits limits, UsagePeriod more, PeriodNames names)
    {
        lock (_gate)
        {
            Turn_NeedsLock(names);
            var refusal = CheckBytes_NeedsLock(limits, more.Bytes);
            if (refusal is null) _reserved += more;
            return refusal;
        }
    }

    /// <summary>
    /// Whether one more refusal of this minute gets an entry of its own. A job that is refused all the time must not
    /// fill the ledger: a full ledger stops the server.
    /// </summary>
    public bool TryCountRefusal(PeriodNames names)
    {
        lock (_gate)
        {
            _refusals.Advance(names.Second);
            if (_refusals.Sum >= RefusalsOnRecordPerMinute) return false;
            _refusals.Add(names.Second, 1);
            return true;
        }
    }

    /// <summary>Lets an act of the job's own user begin, or says which limit stands in its way.</summary>
    public Refusal? TryBeginAct(JobLimits limits, PeriodNames names)
    {
        lock (_gate)
        {
            Turn_NeedsLock(names);
            _acts.Advance(names.Second);
            if (_actsNow >= ActsAtOnceMax)
            {
                return new Refusal(RefusalKind.ConcurrencyLimit,
                    $"Job '{job}' has {_actsNow} commands or requests for a token running. Wait for one to end.");
            }
            if (_acts.Sum >= ActsPerMinute)
            {
                return new Refusal(RefusalKind.RateLimited,
                    $"Job '{job}' asked for {_acts.Sum} tokens in the last minute; {ActsPerMinute} is the most that "
                        + $"its own user may. Ask again in {_acts.SecondsUntilFreed(1)} seconds, and use one token for "
                        + "many calls.");
            }
            if (CheckBytes_NeedsLock(limits, ActBytes) is { } refusal) return refusal;
            _acts.Add(names.Second, 1);
            _actsNow++;
            return null;
        }
    }

    /// <summary>Called exactly once for each act that was let in.</summary>
    public void EndAct()
    {
        lock (_gate) _actsNow--;
    }

    /// <summary>Gives the reservation back and books what was used. Called once for each reservation.</summary>
    public void Settle(UsagePeriod wanted, UsagePeriod used, PeriodNames names)
    {
        lock (_gate)
        {
            Turn_NeedsLock(names);
            _reserved -= wanted;
            _tokens.Add(names.Second, used.Tokens);
            _today += used;
            _thisMonth += used;
        }
    }

    /// <summary>What is left of the minute's limits; 0 for a limit that is not set.</summary>
    public RateStanding Standing(JobLimits limits, PeriodNames names)
    {
        lock (_gate)
        {
            Turn_NeedsLock(names);
            return new RateStanding(
                Math.Max(0, (limits.RequestsPerMinute ?? 0) - _requests.Sum),
                _requests.Sum == 0 ? 0 : _requests.SecondsUntilFreed(1),
                Math.Max(0, (limits.TokensPerMinute ?? 0) - _tokens.Sum - _reserved.Tokens),
                _tokens.Sum == 0 ? 0 : _tokens.SecondsUntilFreed(1));
        }
    }

    private void Turn_NeedsLock(PeriodNames names)
    {
        _requests.Advance(names.Second);
        _tokens.Advance(names.Second);
        if (_day != names.Day) (_day, _today) = (names.Day, default);
        if (_month != names.Month) (_month, _thisMonth) = (names.Month, default);
    }

    private Refusal? CheckEntry_NeedsLock(JobLimits limits)
    {
        if (limits.Concurrent is { } parallel && _concurrent >= parallel)
        {
            return new Refusal(RefusalKind.ConcurrencyLimit,
                $"Job '{job}' already has {parallel} calls in flight (limits.concurrent).", TimeSpan.FromSeconds(1));
        }
        if (limits.RequestsPerMinute is { } perMinute && _requests.Sum >= perMinute)
        {
            return new Refusal(RefusalKind.RateLimited,
                $"Job '{job}' made {_requests.Sum} requests in the last minute (limits.requests-per-minute: "
                    + $"{perMinute}).",
                TimeSpan.FromSeconds(_requests.SecondsUntilFreed(1)));
        }
        return null;
    }

    private Refusal? CheckTokens_NeedsLock(JobLimits limits, long tokens)
    {
        if (limits.TokensPerMinute is { } tokensPerMinute)
        {
            if (tokens > tokensPerMinute)
            {
                return new Refusal(RefusalKind.TokenBudget,
                    $"This call may use about {tokens} tokens, more than job '{job}' may use in a minute "
                        + $"(limits.tokens-per-minute: {tokensPerMinute}). "
                        + "Lower max_tokens or shorten the prompt, or raise limits.tokens-per-minute to at least "
                        + $"{tokens}.", null);
            }
            var over = _tokens.Sum + _reserved.Tokens + tokens - tokensPerMinute;
            if (over > 0)
            {
                return new Refusal(RefusalKind.RateLimited,
                    $"Job '{job}' used or reserved {_tokens.Sum + _reserved.Tokens} tokens in the last minute "
                        + $"(limits.tokens-per-minute: {tokensPerMinute}).",
                    TimeSpan.FromSeconds(_tokens.SecondsUntilFreed(over)));
            }
        }
        return null;
    }

    private Refusal? CheckBudgets_NeedsLock(JobLimits limits, UsagePeriod wanted)
    {
        if (limits.TokensPerDay is { } tokens && _today.Tokens + _reserved.Tokens + wanted.Tokens > tokens)
        {
            return new Refusal(RefusalKind.TokenBudget,
                $"Job '{job}' used {_today.Tokens} tokens today and this call may use {wanted.Tokens} "
                    + $"(limits.tokens-per-day: {tokens}).", null);
        }
        if (CheckBytes_NeedsLock(limits, wanted.Bytes) is { } overBytes) return overBytes;
        if (limits.CostPerMonth is { } cost
            && _thisMonth.CostMicros + _reserved.CostMicros + wanted.CostMicros > cost * 1_000_000m)
        {
            return new Refusal(RefusalKind.CostBudget,
                $"Job '{job}' spent {_thisMonth.CostMicros / 1e6:0.00} this month (limits.cost-per-month: "
                    + $"{cost:0.00}).", null);
        }
        return null;
    }

    private Refusal? CheckBytes_NeedsLock(JobLimits limits, long wanted)
        => limits.BytesPerDay is { } bytes && _today.Bytes + _reserved.Bytes + wanted > bytes
            ? new Refusal(RefusalKind.ByteBudget,
                $"Job '{job}' put {_today.Bytes} bytes on record today, and what it has under way may take "
                    + $"{_reserved.Bytes + wanted} more (limits.bytes-per-day: {bytes}).")
            : null;
}
