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

        var discoveries = Classifier
            .Find(new HostObservations { Observations = ContainerObservations.Of(reading.Project!) });

        var isWithWays = expected.Any(line => line.StartsWith("around", StringComparison.Ordinal));
        Assert.Equal(expected, discoveries.Where(discovered => isWithWays || discovered.Kind != DiscoveredKind.Bypass)
            .Select(Line)
            .OrderBy(line => line[0] switch { 'j' => 0, 's' => 1, _ => 2 }).ThenBy(line => line, StringComparer.Ordinal)
            .ToArray());
        Assert.All(discoveries.Where(discovered => discovered.Job is not null),
            discovered => Assert.NotNull(discovered.Risk));
    }

    [Theory]
    [MemberData(nameof(Stacks))]
    public void What_is_proposed_for_a_stack_makes_a_usable_estate_in_which_it_is_known(string name)
    {
        var observations = ContainerObservations.Of(Read(name).Project!);
        var discoveries = Classifier.Find(new HostObservations { Observations = observations });

        var edit = EstateEditor.Add(EstateEditor.BareText("lab", "UTC"), Classifier.EntriesOf(discoveries), "f");

        var done = Assert.IsType<EstateEdit.Done>(edit);
        var again = Classifier.Find(new HostObservations { Observations = observations, Estate = done.Plan });
        Assert.Empty(Classifier.EntriesOf(again).Jobs);
        Assert.Equal(discoveries.Where(discovered => discovered.Job is not null)
            .Select(discovered => (discovered.Name, discovered.Risk!.Score)),
            again.Where(discovered => discovered is { Kind: DiscoveredKind.Job, State: DiscoveredState.Known })
                .Select(discovered => (discovered.Name, discovered.Risk!.Score)));
    }

    [Fact]
    public void No_secret_of_a_stack_is_shown()
    {
        string[] secrets =
            ["sk-proj", "sk-ant", "hf_aaa", "AIza", "MTAw", "0123456789abcdef", "dbpassword", "sk-1234", "topic"];
        foreach (var stack in Stacks)
        {
            var discoveries = Classifier
                .Find(new HostObservations { Observations = ContainerObservations.Of(Read(stack).Project!) });
            var shown = string.Join('\n',
                discoveries.Select(discovered => discovered.ToString() + string.Join(',', discovered.Evidence)
                + string.Join(',', discovered.Notes) + EstateEditor.Snippet(Classifier.EntriesOf([discovered]))));
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, shown, StringComparison.Ordinal));
        }
    }

    private static ComposeReading Read(string name)
    {
        // As if the stack were on this host, so that no path of the machine that tests it matters.
        var root = "/srv/" + name;
        return ComposeReader.Read(new ComposeRequest { Directory = root }, path =>
        {
            var real = Folder + "/" + path["/srv/".Length..];
            return File.Exists(real) ? File.ReadAllText(real) : null;
        });
    }

    private static string Line(DiscoveredItem discovered) => discovered.Kind switch
    {
        DiscoveredKind.Server => $"server {discovered.Name}",
        DiscoveredKind.Bypass => $"around {discovered.Name}: {discovered.Notes[0]}",
        _ => $"job {discovered.Name} -> " + (discovered.Job is null ? "?" : string.Join(", ",
            discovered.Job.Models.Select(key => $"{key} at {Url(discovered.Models, key)}"))),
    };

    private static string Url(ImmutableArray<ModelDraft> models, string key)
        => models.Single(model => model.Key == key).Url;
}
