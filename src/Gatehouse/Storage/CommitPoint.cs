namespace Gatehouse.Storage;

/// <summary>Where a test may make a commit fail: with nothing stored, or although everything is.</summary>
internal enum CommitPoint
{
    Before,
    After,
}
