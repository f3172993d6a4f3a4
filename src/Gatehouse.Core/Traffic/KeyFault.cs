namespace Gatehouse.Core.Traffic;

/// <summary>What is wrong with the keys of an object.</summary>
internal enum KeyFault
{
    None,
    Duplicate,
    TooMany,
    TooLong,
    HalfCharacter,
}
