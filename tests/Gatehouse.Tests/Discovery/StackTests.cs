using System.Collections.Immutable;
using Gatehouse.Core.Compose;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Discovery;

/// <summary>
/// Stacks in the shape of those that people run, each with what has to be found in it, and nothing else. A line
/// <c>around</c> stands in a stack's list only where all of them are listed.
/// </summary>
public sealed class StackTests
{
    private static readonly string Folder = Repository.PathOf("tests", "Gatehouse.Tests", "Discovery", "Stacks");

    public static TheoryData<string> Stacks
        => [.. Directory.GetDirectories(Folder).Select(path => Path.GetFileName(path)).Order()];

    [Fact]
    public void There_are_as_many_stacks_as_were_promised() => Assert.True(Stacks.Count >= 12);

    [Theory]
    [MemberData(nameof(Stacks))]
    public void Exactly_the_jobs_and_servers_of_a_stack_are_found(string name)
    {
        var expected = File.ReadAllLines(Path.Combine(Folder, name, "expected.txt"));
        var reading = Read(name);
        Assert.Empty(reading.Problems);

        var finds = Judge.Find(new HouseSights { Sights = ContainerSights.Of(reading.Project!) });

        var isWithWays = expected.Any(line => line.StartsWith("around", StringComparison.Ordinal));
        Assert.Equal(expected, finds.Where(find => isWithWays || find.Kind != FindKind.WayAround).Select(Line)
            .OrderBy(line => line[0] switch { 'j' => 0, 's' => 1, _ => 2 }).ThenBy(line => line, StringComparer.Ordinal)
            .ToArray());
        Assert.All(finds.Where(find => find.Job is not null), find => Assert.NotNull(find.Risk));
    }

    [Theory]
    [MemberData(nameof(Stacks))]
    public void What_is_proposed_for_a_stack_makes_a_usable_estate_in_which_it_is_known(string name)
    {
        var sights = ContainerSights.Of(Read(name).Project!);
        var finds = Judge.Find(new HouseSights { Sights = sights });

        var edit = EstateEditor.Add(EstateEditor.BareText("lab", "UTC"), Judge.EntriesOf(finds), "f");

        var done = Assert.IsType<EstateEdit.Done>(edit);
        var again = Judge.Find(new HouseSights { Sights = sights, Estate = done.Plan });
        Assert.Empty(Judge.EntriesOf(again).Jobs);
        Assert.Equal(finds.Where(find => find.Job is not null).Select(find => (find.Name, find.Risk!.Score)),
            again.Where(find => find is { Kind: FindKind.Job, State: FindState.Known })
                .Select(find => (find.Name, find.Risk!.Score)));
    }

    [Fact]
    public void No_secret_of_a_stack_is_shown()
    {
        string[] secrets =
            ["sk-proj", "sk-ant", "hf_aaa", "AIza", "MTAw", "0123456789abcdef", "dbpassword", "sk-1234", "topic"];
        foreach (var stack in Stacks)
        {
            var finds = Judge.Find(new HouseSights { Sights = ContainerSights.Of(Read(stack).Project!) });
            var shown = string.Join('\n', finds.Select(find => find.ToString() + string.Join(',', find.Evidence)
                + string.Join(',', find.Notes) + EstateEditor.Snippet(Judge.EntriesOf([find]))));
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, shown, StringComparison.Ordinal));
        }
    }

    private static ComposeReading Read(string name)
    {
        // As if the stack lay in the house, so that no path of the machine that tests it matters.
        var root = "/srv/" + name;
        return ComposeReader.Read(new ComposeRequest { Directory = root }, path =>
        {
            var real = Folder + "/" + path["/srv/".Length..];
            return File.Exists(real) ? File.ReadAllText(real) : null;
        });
    }

    private static string Line(Find find) => find.Kind switch
    {
        FindKind.Server => $"server {find.Name}",
        FindKind.WayAround => $"around {find.Name}: {find.Notes[0]}",
        _ => $"job {find.Name} -> " + (find.Job is null ? "?" : string.Join(", ",
            find.Job.Models.Select(key => $"{key} at {Url(find.Models, key)}"))),
    };

    private static string Url(ImmutableArray<ModelDraft> models, string key)
        => models.Single(model => model.Key == key).Url;
}
