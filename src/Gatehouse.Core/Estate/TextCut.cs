namespace Gatehouse.Core.Estate;

/// <summary>One change of a text.</summary>
/// <param name="At">Index at which it starts.</param>
/// <param name="Length">Characters that it removes.</param>
/// <param name="Text">What comes in their place.</param>
internal readonly record struct TextCut(int At, int Length, string Text);
