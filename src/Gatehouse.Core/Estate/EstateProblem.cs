namespace Gatehouse.Core.Estate;

/// <summary>One thing that is wrong, or deserves a look, in an estate file. It never holds a secret.</summary>
/// <param name="File">Name of the file as it was given to the reader.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column in characters, from 1.</param>
/// <param name="Path">Key path such as <c>jobs.news.limits.concurrent</c>; empty for the file as a whole.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Expected">What was expected there; null when the message says it.</param>
/// <param name="Nearest">The nearest known key or name; null when none is near.</param>
public sealed record EstateProblem(
    string File, int Line, int Column, string Path, string Message, string? Expected = null, string? Nearest = null)
{
    /// <summary>Message, expectation and suggestion as one sentence.</summary>
    public string Sentence
    {
        get
        {
            var text = Expected is null ? Message : $"{Message}; expected {Expected}";
            return Nearest is null ? text : $"{text}; did you mean `{Nearest}`?";
        }
    }

    /// <summary>Place, path and sentence, in the order that editors recognise.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{File}:{Line}:{Column}: {(Path.Length == 0 ? "" : Path + ": ")}{Sentence}");
}
