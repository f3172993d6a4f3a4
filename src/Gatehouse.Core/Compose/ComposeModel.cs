namespace Gatehouse.Core.Compose;

/// <summary>A model that Compose has served by the engine's model runner.</summary>
/// <param name="Key">Its key in the files.</param>
/// <param name="Model">The model, as <c>ai/smollm2</c>.</param>
public sealed record ComposeModel(string Key, string Model);
