namespace Gatehouse.Core.Compose;

/// <summary>Where a node was read.</summary>
/// <param name="File">Path of its file.</param>
/// <param name="Directory">The directory to which its relative paths belong.</param>
internal sealed record ComposeSource(string File, string Directory);
