using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>What came of an edit of an estate file's text.</summary>
public abstract record EstateEdit
{
    private EstateEdit()
    {
    }

    /// <summary>The new text, which was read again and holds the old entries unchanged.</summary>
    /// <param name="Text">The new text.</param>
    /// <param name="Plan">What it declares.</param>
    public sealed record Done(string Text, EstatePlan Plan) : EstateEdit;

    /// <summary>Nothing was changed.</summary>
    /// <param name="Problems">Why.</param>
    /// <param name="Snippet">What was to be added, for a person to paste.</param>
    public sealed record Refused(ImmutableArray<EstateProblem> Problems, string Snippet) : EstateEdit;
}
