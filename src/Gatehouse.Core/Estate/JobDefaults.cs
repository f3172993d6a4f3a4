namespace Gatehouse.Core.Estate;

/// <summary>What <c>defaults:</c> gives to every job that does not say otherwise.</summary>
/// <param name="Limits">Limits; a gap here and in the job means no limit.</param>
/// <param name="BodyBytesMax">Largest request body in bytes.</param>
/// <param name="Window">How long after each fire of its cron trigger a job may call.</param>
public sealed record JobDefaults(JobLimits Limits, long BodyBytesMax, TimeSpan Window);
