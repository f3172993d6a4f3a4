namespace Gatehouse.Core.Compose;

/// <summary>Gives the text of a file; null when there is none, or when it cannot be read or is too large.</summary>
/// <param name="path">An absolute path without dots.</param>
public delegate string? ReadFile(string path);
