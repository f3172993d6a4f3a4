using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Tidy;

/// <summary>ARCHITECTURE.md draws the same call and the same table as the code.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("ARCHITECTURE.md"));

    [Fact]
    public void The_life_of_a_call_is_drawn_as_in_the_pipeline()
    {
        var code = File.ReadAllText(Repository.PathOf("src", "Gatehouse", "Gate", "GatePipeline.cs"));
        var drawnInCode =
            Squeeze(CodeDrawing().Match(code).Groups[1].Value.Replace("///", "", StringComparison.Ordinal));

        Assert.StartsWith("caller", drawnInCode, StringComparison.Ordinal);
        Assert.Equal(drawnInCode, Squeeze(PageDrawing().Match(Page).Groups[1].Value));
    }

    [Fact]
    public void Each_of_the_ten_steps_has_its_row_in_order()
    {
        var steps = StepRow().Matches(Page).Select(row => row.Groups[1].Value).ToList();
        var drawn = Squeeze(PageDrawing().Match(Page).Groups[1].Value);

        Assert.Equal(Enumerable.Range(1, 10).Select(number => $"{number}"), steps.Select(step => step.Split(' ')[0]));
        Assert.All(steps, step => Assert.Contains(string.Join(' ', step.Split(' ').Take(2)), drawn));
    }

    [Fact]
    public void The_table_of_folders_is_the_one_that_is_enforced()
    {
        var rows = FolderRow().Matches(Page).ToDictionary(row => row.Groups[1].Value, row => Uses(row.Groups[2].Value));

        Assert.Equal(FolderTable.MayUse.Keys.Order(), rows.Keys.Order());
        Assert.All(FolderTable.MayUse.Where(row => row.Key != FolderTable.Root),
            row => Assert.Equal(row.Value.Order(), rows[row.Key].Order()));
    }

    private static IEnumerable<string> Uses(string cell)
    {
        var core = cell.Contains("the core", StringComparison.Ordinal)
            ? FolderTable.MayUse.Keys.Where(folder => folder.StartsWith("Core.", StringComparison.Ordinal))
            : [];
        return core.Concat(Backticked().Matches(cell).Select(name => name.Groups[1].Value));
    }

    private static string Squeeze(string text) => Spaces().Replace(text, " ").Trim();

    [GeneratedRegex(@"<code>(.*?)</code>", RegexOptions.Singleline)]
    private static partial Regex CodeDrawing();

    [GeneratedRegex(@"^```\n(caller.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex PageDrawing();

    [GeneratedRegex(@"^\| (\d+ [^|]*?) \|", RegexOptions.Multiline)]
    private static partial Regex StepRow();

    [GeneratedRegex(@"^\| `([A-Z][A-Za-z.]*)` \| [^|]+ \| ([^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex FolderRow();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Backticked();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
