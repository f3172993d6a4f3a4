namespace Gatehouse.Demo;

/// <summary>The script says that the socket dies here.</summary>
internal sealed class ScriptedCutException() : Exception("The scripted model cuts this call.");
