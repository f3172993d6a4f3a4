namespace Gatehouse.Core.Discovery;

/// <summary>Hands over the text of a script or of a file of variables that a command names.</summary>
/// <param name="path">An absolute path.</param>
/// <returns>The text; null when it is no regular file, too large, or may not be read.</returns>
public delegate string? ReadScript(string path);
