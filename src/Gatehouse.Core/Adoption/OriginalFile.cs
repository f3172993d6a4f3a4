namespace Gatehouse.Core.Adoption;

/// <summary>A file as it was.</summary>
/// <param name="Bytes">Its content.</param>
/// <param name="Mode">Its permission bits, as in chmod(1).</param>
/// <param name="Uid">Its owner.</param>
/// <param name="Gid">Its group.</param>
public sealed record OriginalFile(byte[] Bytes, int Mode, int Uid, int Gid);
