namespace Gatehouse.Core.Compose;

/// <summary>Collects problems. Bounded: a hostile file must not produce a hostile report.</summary>
internal sealed class ComposeProblems
{
    private const int ProblemsMax = 50; // More than anyone reads before mending the first ones.

    private readonly HashSet<ComposeProblem> _seen = [];
    private readonly List<ComposeProblem> _all = [];

    public IReadOnlyList<ComposeProblem> All => _all;

    public void Add(string file, int line, string message)
    {
        var problem = new ComposeProblem(file, line, message);
        if (_all.Count < ProblemsMax && _seen.Add(problem)) _all.Add(problem);
    }

    public void Add(ComposeNode at, string message) => Add(at.Source.File, at.Line, message);
}
