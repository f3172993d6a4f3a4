namespace Gatehouse.Core.Ledger;

/// <summary>Which model it really was, as far as one can know.</summary>
/// <param name="Kind">How it is known, for example <c>ollama-digest</c> or <c>name-and-date</c>.</param>
/// <param name="Value">The identity.</param>
public readonly record struct ModelIdentity(string Kind, string Value);
