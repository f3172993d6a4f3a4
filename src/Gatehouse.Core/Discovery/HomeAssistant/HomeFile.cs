namespace Gatehouse.Core.Discovery.HomeAssistant;

/// <summary>One file of a configuration of Home Assistant.</summary>
/// <param name="Path">Where it lies; its last part tells what it is.</param>
/// <param name="Text">What stands in it.</param>
public sealed record HomeFile(string Path, string Text);
