namespace Gatehouse.Tests.Binary;

/// <summary>
/// Tests of the native binary run one after another: they measure, kill and starve processes, and two at once would
/// disturb each other on a small machine.
/// </summary>
[CollectionDefinition(Name)]
public sealed class BinaryCollection
{
    public const string Name = "the native binary";
}
