namespace Gatehouse.Discovery;

/// <summary>A file or folder that was not read, or not to its end.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Why">The reason, in words that fit behind the path.</param>
internal sealed record SkippedFile(string Path, string Why);
