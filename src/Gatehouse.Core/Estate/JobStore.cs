namespace Gatehouse.Core.Estate;

/// <summary>A place where a job keeps data of its own.</summary>
/// <param name="What">What lies there, in the owner's words, such as <c>intermediate</c>.</param>
/// <param name="Path">Absolute path.</param>
/// <param name="Keep">How long it is kept; null when nobody said.</param>
public sealed record JobStore(string What, string Path, TimeSpan? Keep);
