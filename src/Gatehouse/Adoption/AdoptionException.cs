namespace Gatehouse.Adoption;

/// <summary>A step cannot be done or undone; the message says what happened and what to do.</summary>
internal sealed class AdoptionException(string message, Exception? inner = null) : Exception(message, inner);
