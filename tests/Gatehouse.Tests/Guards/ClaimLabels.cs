using System.IO.Compression;
using System.Text.Json;
using Gatehouse.Core.Guards;

namespace Gatehouse.Tests.Guards;

/// <summary>
/// Sentences of answers that people labelled by the rules in <c>Labels/README.md</c>. The answers themselves are not in
/// the repository; without them a test is skipped.
/// </summary>
internal static class ClaimLabels
{
    /// <summary>How many sentences a detector finds, how many of them are labelled, and how many are
    /// labelled.</summary>
    public static (int Found, int Right, int Labelled) Measure(string label, Func<string, TextDetector> detector)
    {
        var root = Root();
        var data = Above(root, "shared/data/alpaca_eval");
        Assert.SkipWhen(data is null, "The answers of alpaca_eval are not there.");
        var answers = new Dictionary<string, JsonDocument>();
        var (found, right, labelled) = (0, 0, 0);
        // A row: the model, the row of its answers, the labels, and where the labelled sentences begin.
        foreach (var line in File.ReadLines(Path.Combine(root, "tests/Gatehouse.Tests/Guards/Labels/claims.tsv")))
        {
            if (line.StartsWith('#') || line.Split('\t') is not [var model, var row, var numbers, var certain])
                continue;
            if (!answers.TryGetValue(model, out var document))
            {
                using var file = new GZipStream(
                    File.OpenRead(Path.Combine(data, model + ".json.gz")), CompressionMode.Decompress);
                answers[model] = document = JsonDocument.Parse(file);
            }

            var answer = document.RootElement[int.Parse(row)];
            var labels = label == "overconfident" ? certain : numbers;
            // Not labelled for this.
            if (labels == "?")
                continue;
            var starts = labels.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToHashSet();
            var ours = SplitText.Whole(
                detector(answer.GetProperty("instruction").GetString()!), answer.GetProperty("output").GetString()!);
            found += ours.Count;
            right += ours.Count(one => starts.Contains(one.Start));
            labelled += starts.Count;
        }

        return (found, right, labelled);
    }

    // Beside the repository, or beside the folder of its worktrees.
    private static string? Above(string? folder, string path)
    {
        for (; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(Path.Combine(folder, path)))
                return Path.Combine(folder, path);
        }

        return null;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Gatehouse.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("No root of the repository.");
        return folder;
    }
}
