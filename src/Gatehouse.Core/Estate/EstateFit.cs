using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>
/// Chooses from a draft what an estate takes, so that one entry that cannot be written keeps no other one out.
/// </summary>
public sealed record EstateFit
{
    /// <summary>What the estate takes, together.</summary>
    public required EstateDraft Draft { get; init; }

    /// <summary>The estate with it; null where it takes nothing.</summary>
    public EstatePlan? Plan { get; init; }

    /// <summary>Jobs that it does not take, each with the first problem.</summary>
    public ImmutableArray<(string Job, EstateProblem Problem)> Left { get; init; } = [];

    /// <summary>Chooses.</summary>
    /// <param name="text">The text of a usable estate.</param>
    /// <param name="draft">Jobs with the models and sinks that they name.</param>
    /// <param name="fileName">The name that problems carry.</param>
    public static EstateFit Of(string text, EstateDraft draft, string fileName)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (EstateEditor.Add(text, draft, fileName) is EstateEdit.Done all)
            return new EstateFit { Draft = draft, Plan = all.Plan };
        EstatePlan? plan = null;
        var (taken, left) = (new EstateDraft(), ImmutableArray.CreateBuilder<(string, EstateProblem)>());
        foreach (var job in draft.Jobs)
        {
            var next = taken with
            {
                Models = [.. taken.Models, .. draft.Models.Where(one => job.Models.Contains(one.Key)
                    && taken.Models.All(has => has.Key != one.Key))],
                Sinks = [.. taken.Sinks, .. draft.Sinks.Where(one => job.Sink == one.Key
                    && taken.Sinks.All(has => has.Key != one.Key))],
                Jobs = [.. taken.Jobs, job],
            };
            switch (EstateEditor.Add(text, next, fileName))
            {
                case EstateEdit.Done done:
                    (taken, plan) = (next, done.Plan);
                    break;
                case EstateEdit.Refused refused:
                    left.Add((job.Key, refused.Problems[0]));
                    break;
                default:
                    throw new InvalidOperationException("An edit is done or refused.");
            }
        }
        return new EstateFit { Draft = taken, Plan = plan, Left = left.ToImmutable() };
    }
}
