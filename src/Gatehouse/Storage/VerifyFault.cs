namespace Gatehouse.Storage;

/// <summary>Something that verification cannot accept.</summary>
/// <param name="Index">The first leaf it touches; -1 if no leaf can be named.</param>
/// <param name="What">What is wrong, as a sentence.</param>
/// <param name="IsDerived">True if only a table that is derived from the leaves is wrong.</param>
internal sealed record VerifyFault(long Index, string What, bool IsDerived = false);
