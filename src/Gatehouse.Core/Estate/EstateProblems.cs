namespace Gatehouse.Core.Estate;

/// <summary>Collects what is wrong in one file. Bounded: a hostile file must not produce a hostile report.</summary>
internal sealed class EstateProblems(string file)
{
    private const int ProblemsMax = 200; // More than anyone reads before mending the first ones.

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
