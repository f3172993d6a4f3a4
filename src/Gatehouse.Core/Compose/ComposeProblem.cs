namespace Gatehouse.Core.Compose;

/// <summary>Something in a Compose file that Compose would refuse, or that cannot be followed.</summary>
/// <param name="File">Path of the file.</param>
/// <param name="Line">Line, from 1; 0 for the file as a whole.</param>
/// <param name="Message">What is wrong. Holds no value of the file that may be a secret.</param>
public sealed record ComposeProblem(string File, int Line, string Message)
{
    /// <inheritdoc/>
    public override string ToString()
        => Line == 0 ? $"{File}: {Message}" : FormattableString.Invariant($"{File}:{Line}: {Message}");
}
