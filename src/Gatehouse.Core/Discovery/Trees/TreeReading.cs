namespace Gatehouse.Core.Discovery.Trees;

/// <summary>A file read into a tree, or why it could not be.</summary>
/// <param name="Root">The tree; null when the file could not be read.</param>
/// <param name="Problem">What was wrong, in words, without any of its values; null when nothing was.</param>
internal sealed record TreeReading(TreeNode? Root, string? Problem);
