using Gatehouse.Core.Estate;

namespace Gatehouse.Cli;

/// <summary>A job and its risk, as the verbs print them.</summary>
internal sealed record ClassifiedJob(JobPlan Job, RiskAssessment Risk);
