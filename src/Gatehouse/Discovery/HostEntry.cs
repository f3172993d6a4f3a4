namespace Gatehouse.Discovery;

/// <summary>One name in a folder of the host.</summary>
/// <param name="Path">Its whole path, as on the host.</param>
/// <param name="Name">The last part of it.</param>
/// <param name="IsFolder">Whether it is a folder, or a link to one.</param>
/// <param name="IsLink">Whether it is a link.</param>
internal sealed record HostEntry(string Path, string Name, bool IsFolder, bool IsLink);
