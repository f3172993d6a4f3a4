using System.Text.Json;
using Gatehouse.Cli;
using Gatehouse.Core.Inspection;
using Gatehouse.Inspection;
using Gatehouse.Tests.Tidy;

namespace Gatehouse.Tests.Inspection;

/// <summary>What a person and a program read.</summary>
public sealed class InspectTextTests
{
    private static readonly InspectedSubject[] Subjects =
    [
        Subject(Scenery.Calm.In("lan").Seeing(Contained.Bind("/var/run", isWritable: false)), "news-summariser"),
        Subject(Scenery.Calm with { Container = Contained.Other }, null),
    ];

    [Fact]
    public void Text_is_as_approved()
    {
        using var output = new StringWriter();

        InspectText.Write(Subjects, ["Containers: No engine listens. Start it."], output);

        Approved.Matches("tests/Gatehouse.Tests/Inspection/Approved/inspect.txt", output.ToString());
        Assert.All(output.ToString().Split('\n'), static line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void A_name_cannot_move_the_cursor()
    {
        var scenery =
            Scenery.Calm with { Container = Contained.Container with { Image = "evil\u001b[2Jimage:1\r\nx" } };
        using var output = new StringWriter();

        InspectText.Write([Subject(scenery, null)], [], output);

        Assert.DoesNotContain('\u001b', output.ToString());
        Assert.DoesNotContain('\r', output.ToString());
    }

    [Fact]
    public void JSON_is_one_object_a_line_and_counts_at_the_end()
    {
        using var output = new StringWriter();

        InspectJson.Write(Subjects, ["not there"], output);

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var kinds = lines.Select(static line =>
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.GetProperty("kind").GetString();
        }).ToArray();
        Assert.Equal(["finding", "finding", "finding", "not-seen", "count"], kinds);
        using var first = JsonDocument.Parse(lines[0]);
        Assert.Equal("GH-MNT-001", first.RootElement.GetProperty("id").GetString());
        Assert.Equal("news-summariser", first.RootElement.GetProperty("job").GetString());
        using var last = JsonDocument.Parse(lines[^1]);
        Assert.Equal(1, last.RootElement.GetProperty("critical").GetInt32());
    }

    [Fact]
    public void The_worst_subject_comes_first()
    {
        var sorted = InspectedSubject.Sorted(Subjects.Reverse());

        Assert.Equal(["news", "other"], sorted.Select(static one => one.Subject.Name));
    }

    private static InspectedSubject Subject(Scenery scenery, string? job) => new(
        new FindingSubject(SubjectKind.Container, scenery.Container.Name), job, scenery.Look());
}
