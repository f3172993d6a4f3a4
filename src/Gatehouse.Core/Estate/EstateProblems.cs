using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>One error or warning in an estate file. It never holds a secret.</summary>
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

/// <summary>Collects what is wrong in one file. Bounded: a hostile file must not produce a hostile report.</summary>
internal sealed class EstateProblems(string file)
{
    private const int ProblemsMax = 200; // More than anyone reads before fixing the first ones.

    private readonly List<EstateProblem> _errors = [];
    private readonly List<EstateProblem> _warnings = [];

    private readonly HashSet<EstateProblem> _seen = [];

    public bool HasErrors => _errors.Count != 0;

    /// <summary>True when no more is shown, so that no more work is worth doing for a report.</summary>
    public bool IsFull => _errors.Count > ProblemsMax;

    public IEnumerable<EstateProblem> Errors => InFileOrder(_errors);

    public IEnumerable<EstateProblem> Warnings => InFileOrder(_warnings);

    public void Error(EstateNode node, string path, string message, string? expected = null, string? nearest = null) =>
        Add(_errors, At(node.Line, node.Column, path, message) with { Expected = expected, Nearest = nearest });

    public void ErrorAt(int line, int column, string message) => Add(_errors, At(line, column, "", message));

    public void Warning(EstateNode node, string path, string message) =>
        Add(_warnings, At(node.Line, node.Column, path, message));

    private EstateProblem At(int line, int column, string path, string message) =>
        new() { File = file, Line = line, Column = column, Path = path, Message = message };

    private void Add(List<EstateProblem> list, EstateProblem problem)
    {
        // A section may be read twice; its problems are noted once.
        if (list.Count > ProblemsMax || !_seen.Add(problem))
            return;
        if (list.Count < ProblemsMax)
            list.Add(problem);
        else if (list.Count == ProblemsMax)
            list.Add(At(problem.Line, problem.Column, "", "there are more problems than fit here"));
    }

    private static IEnumerable<EstateProblem> InFileOrder(List<EstateProblem> list) =>
        list.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column);
}

/// <summary>What came of reading an estate file: a plan, or the problems that prevent one.</summary>
public sealed record EstateReading
{
    /// <summary>The plan; null when there are problems.</summary>
    public EstatePlan? Plan { get; init; }

    /// <summary>Everything that prevents a plan, in the order of the file; empty when there is a plan.</summary>
    public required ImmutableArray<EstateProblem> Problems { get; init; }

    /// <summary>What loads but deserves a check, in the order of the file; also known when there is no plan.</summary>
    public required ImmutableArray<EstateProblem> Warnings { get; init; }
}
