using Gatehouse.Core.Estate;

namespace Gatehouse.Cli;

/// <summary>Prints what is wrong with an estate, one line each, in the form that editors and CI recognise.</summary>
internal static class EstateProblemText
{
    /// <summary>Writes <c>file:line:col: error: path: message</c> for problems and the same for warnings.</summary>
    public static void Write(EstateReading reading, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(reading);
        ArgumentNullException.ThrowIfNull(output);
        foreach (var problem in reading.Problems)
            output.WriteLine(Line(problem, "error"));
        foreach (var warning in reading.Warnings)
            output.WriteLine(Line(warning, "warning"));
    }

    /// <summary>One line.</summary>
    public static string Line(EstateProblem problem, string kind)
    {
        ArgumentNullException.ThrowIfNull(problem);
        var path = problem.Path.Length == 0 ? "" : $"{problem.Path}: ";
        return FormattableString.Invariant(
            $"{problem.File}:{problem.Line}:{problem.Column}: {kind}: {path}{problem.Sentence}");
    }
}
