namespace Gatehouse.Core.Compose;

/// <summary>A model that a service uses, and the variables in which Compose tells it where.</summary>
/// <param name="Key">Key of the model, or of the provider service.</param>
/// <param name="EndpointVariable">The variable that gets the URL.</param>
/// <param name="ModelVariable">The variable that gets the model's name.</param>
public sealed record ComposeModelUse(string Key, string EndpointVariable, string ModelVariable);
