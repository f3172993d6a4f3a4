namespace Gatehouse.Storage;

/// <summary>Something that verification cannot accept.</summary>
/// <param name="Index">The first leaf it touches; -1 if no leaf can be named.</param>
/// <param name="What">What is wrong, as a sentence.</param>
internal sealed record VerifyFault(long Index, string What);
