using System.Collections.Immutable;

namespace Gatehouse.Core.Compose;

/// <summary>Something in a Compose file that Compose would refuse, or that cannot be followed.</summary>
/// <param name="File">Path of the file.</param>
/// <param name="Line">Line, from 1; 0 for the file as a whole.</param>
/// <param name="Message">What is wrong. Holds no value of the file that may be a secret.</param>
public sealed record ComposeProblem(string File, int Line, string Message)
{
    /// <inheritdoc/>
    public override string ToString()
        => Line == 0 ? $"{File}: {Message}" : FormattableString.Invariant($"{File}:{Line}: {Message}");
}

/// <summary>Collects problems. Bounded: a hostile file must not produce a hostile report.</summary>
internal sealed class ComposeProblems
{
    private const int ProblemsMax = 50; // More than anyone reads before fixing the first ones.

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

/// <summary>What came of reading a Compose project.</summary>
/// <param name="Project">The project, as far as its files could be used; null when none could.</param>
/// <param name="Problems">What is wrong in the files; a project may be read in spite of them.</param>
public sealed record ComposeReading(ComposeProject? Project, ImmutableArray<ComposeProblem> Problems);
