namespace Gatehouse.Tests.Binary;

/// <summary>
/// What a process left: its exit code as .NET gives it (128 + N after signal N), and what it printed.
/// </summary>
internal sealed record Ended(int Exit, string Output, string Errors)
{
    public string LastLine => Output.TrimEnd('\n').Split('\n')[^1];

    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>This, after the exit code was found to be the expected one.</summary>
    public Ended Expect(int exit)
    {
        Assert.True(
            Exit == exit, $"Expected exit code {exit}, got {Exit}.\n--- output\n{Output}\n--- errors\n{Errors}");
        return this;
    }
}
