namespace Gatehouse.Core.Estate;

/// <summary>A new place for an entry of <c>models:</c> that is there already.</summary>
/// <param name="Key">The model's key.</param>
/// <param name="Url">Where it is served from now on.</param>
public sealed record ModelMove(string Key, string Url);
