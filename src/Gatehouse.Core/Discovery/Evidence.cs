namespace Gatehouse.Core.Discovery;

/// <summary>
/// One piece of evidence: what was read, and where. Never holds the value of a secret: for a key it holds the name.
/// </summary>
/// <param name="Kind">What it points to.</param>
/// <param name="Where">Where it was read, as <c>env OLLAMA_BASE_URL</c>, <c>image</c> or <c>line 3</c>.</param>
/// <param name="Value">
/// What was read: a URL without user and password, a model's name, a variable's name, an image, a program, a port.
/// </param>
public sealed record Evidence(EvidenceKind Kind, string Where, string Value);
