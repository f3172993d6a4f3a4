using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// How a container is found again: by id, and when it was made anew meanwhile (as Compose does), by name.
/// </summary>
/// <param name="Id">Its id when it was seen.</param>
/// <param name="Name">Its name.</param>
public sealed record ContainerName(string Id, string Name)
{
    /// <summary>The name of a container that was seen.</summary>
    /// <param name="container">The container.</param>
    public static ContainerName Of(ContainerFacts container) => new(container.Id, container.Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
