using Gatehouse.Core.Estate;
using Gatehouse.Storage;

namespace Gatehouse.Estate;

/// <summary>Holds the plan in force. A reload swaps it whole, or leaves it.</summary>
internal sealed class PlanKeeper
{
    private readonly HomeDirectory _home;
    private Loaded _loaded;

    private PlanKeeper(HomeDirectory home, Loaded loaded) => (_home, _loaded) = (home, loaded);

    public EstatePlan Plan => Volatile.Read(ref _loaded).Plan;

    /// <summary>The estate file's text that is in force.</summary>
    public string Text => Volatile.Read(ref _loaded).Text;

    /// <exception cref="EstateException">The file is missing or not valid; the exception has every problem.</exception>
    public static PlanKeeper Load(HomeDirectory home) => new(home, Read(home));

    /// <summary>Reads the file again. Nothing is in force before <see cref="Swap"/>.</summary>
    /// <exception cref="EstateException">The file is missing or not valid.</exception>
    public Loaded ReadAgain() => Read(_home);

    public void Swap(Loaded loaded) => Volatile.Write(ref _loaded, loaded);

    private static Loaded Read(HomeDirectory home)
    {
        var reading = EstateFile.Read(home.Path, out var text);
        return reading.Plan is { } plan
            ? new Loaded(plan, text)
            : throw new EstateException([.. reading.Problems.Select(problem => problem.ToString())]);
    }

    /// <summary>A valid estate file and what it says.</summary>
    internal sealed record Loaded(EstatePlan Plan, string Text);
}

/// <summary>The changed lines between two versions of a small text, as <c>-old</c> and <c>+new</c>.</summary>
internal static class TextDiff
{
    /// <summary>
    /// Lines beyond which the texts are not compared line by line: the table of the comparison is quadratic.
    /// </summary>
    private const int LinesMax = 3_000;

    public static IReadOnlyList<string> Between(string before, string after)
    {
        ReadOnlySpan<string> old = before.Split('\n'), now = after.Split('\n');
        var same = 0;
        while (same < old.Length && same < now.Length && old[same] == now[same]) same++;
        old = old[same..];
        now = now[same..];
        while (old.Length > 0 && now.Length > 0 && old[^1] == now[^1])
        {
            old = old[..^1];
            now = now[..^1];
        }
        if (old.Length > LinesMax || now.Length > LinesMax) return [$"(over {LinesMax} lines differ)"];
        return Walk(old, now, Table(old, now));
    }

    /// <summary>Longest common subsequence, by dynamic programming from the end.</summary>
    private static int[,] Table(ReadOnlySpan<string> old, ReadOnlySpan<string> now)
    {
        var table = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
                table[i, j] = old[i] == now[j] ? table[i + 1, j + 1] + 1 : Math.Max(table[i + 1, j], table[i, j + 1]);
        }
        return table;
    }

    private static List<string> Walk(ReadOnlySpan<string> old, ReadOnlySpan<string> now, int[,] table)
    {
        var lines = new List<string>();
        var (i, j) = (0, 0);
        while (i < old.Length || j < now.Length)
        {
            if (i < old.Length && j < now.Length && old[i] == now[j])
                (i, j) = (i + 1, j + 1);
            else if (j >= now.Length || (i < old.Length && table[i + 1, j] >= table[i, j + 1]))
                lines.Add("-" + old[i++]);
            else
                lines.Add("+" + now[j++]);
        }
        return lines;
    }
}
