namespace Gatehouse.Core.Estate;

/// <summary>One thing that is wrong, or deserves a look, in an estate file. It never holds a secret.</summary>
public sealed record EstateProblem
{
    /// <summary>Name of the file as it was given to the reader.</summary>
    public required string File { get; init; }

    /// <summary>Line, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>Column in characters, from 1.</summary>
    public required int Column { get; init; }

    /// <summary>Key path such as <c>jobs.news.limits.concurrent</c>; empty for the file as a whole.</summary>
    public string Path { get; init; } = "";

    /// <summary>What is wrong.</summary>
    public required string Message { get; init; }

    /// <summary>What was expected there; null when the message says it.</summary>
    public string? Expected { get; init; }

    /// <summary>The nearest known key or name; null when none is near.</summary>
    public string? Nearest { get; init; }

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
