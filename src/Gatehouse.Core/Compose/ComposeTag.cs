namespace Gatehouse.Core.Compose;

/// <summary>How a value meets the one that it overrides.</summary>
internal enum ComposeTag
{
    /// <summary>By the rules of its key.</summary>
    None,

    /// <summary><c>!reset</c>: both are dropped.</summary>
    Reset,

    /// <summary><c>!override</c>: it takes the other's place whole.</summary>
    Override,
}
