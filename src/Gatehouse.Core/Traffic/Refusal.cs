namespace Gatehouse.Core.Traffic;

/// <summary>Why a call is not done, as the caller is told it.</summary>
/// <param name="Kind">The reason; <see cref="RefusalTable"/> maps it to status, body and headers.</param>
/// <param name="Message">What happened, where, and what to do. Goes to the caller: no secrets, no other job's
/// names.</param>
/// <param name="RetryAfter">When it may succeed, if that is known; sent only for kinds that may be tried again.</param>
public sealed record Refusal(RefusalKind Kind, string Message, TimeSpan? RetryAfter = null);
