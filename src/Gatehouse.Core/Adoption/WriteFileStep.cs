namespace Gatehouse.Core.Adoption;

/// <summary>
/// Writes a file; undone, the file has its old bytes, mode and owner again, or is gone if it was not there.
/// </summary>
/// <param name="Path">Absolute path.</param>
/// <param name="After">The new bytes.</param>
/// <param name="Before">The old file; null when there was none.</param>
/// <param name="What">What the file is, in words.</param>
public sealed record WriteFileStep(string Path, byte[] After, OriginalFile? Before, string What) : AdoptionStep
{
    /// <summary>The owner of a new file; null for whoever runs this.</summary>
    public int? Owner { get; init; }

    /// <summary>
    /// The home of a running gate that reads the file again when it changed, and again when it is restored; null where
    /// no gate needs to.
    /// </summary>
    public string? Reloads { get; init; }

    /// <summary>
    /// Whether its folder was not there before either: undoing removes it when nothing else lies in it.
    /// </summary>
    public bool IsFolderNew { get; init; }

    /// <inheritdoc/>
    public override string Says => $"{(Before is null ? "write" : "change")} {Path} ({What})";
}
