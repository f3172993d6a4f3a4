namespace Gatehouse.Core.Guards;
/// <summary>x</summary>
public sealed class LinkDetector : TextDetector
{
    /// <inheritdoc/>
    public override IReadOnlyList<TextRule> Rules => [];
    /// <inheritdoc/>
    public override int NextAnchor(ref TextCursor text, int from) => text.Text.Length;
    /// <inheritdoc/>
    public override int Match(ref TextCursor text, int anchor, List<Found> found) => anchor + 1;
}
