using Gatehouse.Core.Adoption;

namespace Gatehouse.Adoption;

/// <summary>The door to the world that an adoption changes.</summary>
internal interface IStepRunner
{
    /// <summary>Does a step; one that is done already stays done.</summary>
    /// <exception cref="AdoptionException">It cannot be done.</exception>
    public Task DoAsync(AdoptionStep step, CancellationToken stop);

    /// <summary>Undoes a step; one that was not or only partly done counts.</summary>
    /// <exception cref="AdoptionException">It cannot be undone.</exception>
    public Task UndoAsync(AdoptionStep step, CancellationToken stop);
}
