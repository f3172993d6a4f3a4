namespace Gatehouse.Tests.Docker;

/// <summary>
/// Tests with a real engine share one and run one after another: each starts and leaves it without containers.
/// </summary>
[CollectionDefinition(Name)]
public sealed class EngineCollection : ICollectionFixture<TestEngine>
{
    public const string Name = "a real Docker engine";
}
