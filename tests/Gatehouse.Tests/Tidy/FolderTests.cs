namespace Gatehouse.Tests.Tidy;

/// <summary>Folders use each other one way, as the table says.</summary>
public sealed class FolderTests
{
    private static readonly Lazy<List<FolderUse>> OurUses = new(
        () => [.. FolderUses.Find(Compiled.Ours.Core!), .. FolderUses.Find(Compiled.Ours)]);

    [Fact]
    public void The_sources_resolve_so_that_the_rules_see_what_code_uses()
    {
        Assert.Empty(Compiled.Ours.Core!.Errors().Select(error => error.ToString()));
        Assert.Empty(Compiled.Ours.Errors().Select(error => error.ToString()));
    }

    [Fact]
    public void Folders_use_only_what_the_table_lets_them()
    {
        Assert.NotEmpty(OurUses.Value);
        Assert.Empty(Forbidden(OurUses.Value));
    }

    [Fact]
    public void The_table_allows_nothing_that_is_not_used()
    {
        var used = OurUses.Value.Select(use => (use.From, use.To)).ToHashSet();
        var idle = FolderTable.MayUse
            .Where(row => row.Key != FolderTable.Root)
            .SelectMany(row => row.Value.Select(to => (From: row.Key, To: to)))
            .Where(edge => !used.Contains(edge));

        Assert.Empty(idle);
    }

    [Fact]
    public void The_table_has_no_circle()
    {
        var left = FolderTable.MayUse.ToDictionary(row => row.Key, row => row.Value.ToHashSet());
        while (left.Where(row => row.Value.Count == 0).Select(row => row.Key).ToList() is { Count: > 0 } free)
        {
            foreach (var folder in free)
                left.Remove(folder);
            foreach (var uses in left.Values)
                uses.ExceptWith(free);
        }

        Assert.Empty(left.Keys);
    }

    [Fact]
    public void Every_folder_has_a_line_in_the_table_and_every_line_a_folder()
    {
        var folders = Checkout.Code("src").Select(file => FolderUses.FolderOf(file.Path)).ToHashSet();
        Assert.Equal(FolderTable.MayUse.Keys.Order(), folders.Order());
    }

    [Theory]
    [InlineData("using Gatehouse.Storage; namespace Gatehouse.Telemetry; class Eye { Store? seen; }")]
    [InlineData("namespace Gatehouse.Telemetry; class Eye { Gatehouse.Storage.Store? seen; }")]
    [InlineData("namespace Gatehouse.Telemetry; class Eye { static void See() { var seen = Gatehouse.Open.Now(); } }")]
    [InlineData(
        "namespace Gatehouse.Telemetry; class Eye { static bool See() => Gatehouse.Open.Now() is { Size: > 1 }; }")]
    public void A_planted_sideways_use_is_found(string planted)
    {
        SourceFile[] tree =
        [
            new("src/Gatehouse/Storage/Store.cs", "namespace Gatehouse.Storage; class Store { public int Size => 1; }"),
            new("src/Gatehouse/Cli/Open.cs",
                "namespace Gatehouse; static class Open { public static Storage.Store Now() => new(); }"),
            new("src/Gatehouse/Telemetry/Eye.cs", planted),
        ];
        var sources = new Compiled("synthetic", tree, null);

        Assert.Empty(sources.Errors().Select(error => error.ToString()));
        Assert.Contains(Forbidden(FolderUses.Find(sources)), use => use is { From: "Telemetry", To: "Storage" });
    }

    [Fact]
    public void A_name_that_does_not_resolve_is_an_error_and_not_a_pass()
    {
        var sources = new Compiled(
            "synthetic", [new("src/Gatehouse/Telemetry/Eye.cs", "namespace Gatehouse; class Eye { Store? s; }")], null);
        Assert.Contains(sources.Errors(), error => error.Id == "CS0246");
    }

    private static List<FolderUse> Forbidden(IEnumerable<FolderUse> uses) =>
        [.. uses.Where(use => !FolderTable.MayUse.TryGetValue(use.From, out var may) || !may.Contains(use.To))
            .DistinctBy(use => (use.From, use.To, use.Place))];
}
