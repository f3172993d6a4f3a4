namespace Gatehouse.Estate;

/// <summary>The estate file cannot be used. Every problem is a line that names its place in the file.</summary>
internal sealed class EstateException(IReadOnlyList<string> problems) : Exception(string.Join('\n', problems))
{
    public IReadOnlyList<string> Problems { get; } = problems;
}
