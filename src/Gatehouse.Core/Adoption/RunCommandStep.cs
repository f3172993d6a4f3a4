using System.Collections.Immutable;

namespace Gatehouse.Core.Adoption;

/// <summary>Runs a program of the host, such as systemctl.</summary>
/// <param name="Command">Program and arguments.</param>
/// <param name="UndoCommand">What undoes it; empty when nothing has to be run.</param>
public sealed record RunCommandStep(ImmutableArray<string> Command, ImmutableArray<string> UndoCommand) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => string.Join(' ', Command);
}
