using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate;

/// <summary>
/// What admission found: a refusal, or a call that goes on, to a model or to an answer from the plan.
/// </summary>
internal readonly record struct Admitted(Refusal? Refusal, bool IsLocal);
