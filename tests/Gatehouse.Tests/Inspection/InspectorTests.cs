using Gatehouse.Core.Inspection;

namespace Gatehouse.Tests.Inspection;

/// <summary>Every rule fires for its cause, and for nothing that only looks like it.</summary>
public sealed class InspectorTests
{
    public static TheoryData<string> ContainerRules { get; } = [.. RuleCases.All.Keys];

    [Fact]
    public void A_contained_container_gives_no_finding() => Assert.Empty(Scenery.Calm.Look());

    [Fact]
    public void Every_rule_on_containers_has_its_case() => Assert.Equal(
        InspectionRules.All.Select(static rule => rule.Id)
            .Where(static id => !id.StartsWith("GH-UNT", StringComparison.Ordinal)
            && !id.StartsWith("GH-ENG", StringComparison.Ordinal)
            && !id.StartsWith("GH-PRC", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        RuleCases.All.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(ContainerRules))]
    public void A_rule_fires_for_its_cause_and_no_other_rule_does(string id)
    {
        var one = RuleCases.All[id];

        var found = one.Fires.Look();

        Assert.Equal(one.Also.Append(id).Order(StringComparer.Ordinal),
            found.Select(static finding => finding.Rule.Id).Distinct().Order(StringComparer.Ordinal));
        Assert.All(found, static finding =>
        {
            Assert.True(finding.Severity <= finding.Rule.Worst, finding.Rule.Id);
            Assert.NotEmpty(finding.What);
            Assert.NotEmpty(finding.Fix);
            Assert.All(Told(finding.Remedy), word => Assert.Contains(word, finding.Fix, StringComparison.Ordinal));
        });
    }

    /// <summary>What the typed remedy says, which its words have to say too.</summary>
    private static IEnumerable<string> Told(Remedy remedy) => remedy switch
    {
        Remedy.SetComposeKey set => [set.Key.Split('.')[^1], set.Value.Trim('[', ']')],
        // The mount is named in what was observed.
        Remedy.RemoveComposeKey { Key: "volumes" } => ["mount"],
        Remedy.RemoveComposeKey { Key: "environment", Value: "LD_PRELOAD" or "LD_AUDIT" } => ["environment:"],
        Remedy.RemoveComposeKey { Key: "ports" } => ["ports:"],
        Remedy.RemoveComposeKey remove => [remove.Value ?? remove.Key],
        Remedy.SetNetworkKey set => [set.Key.Split('.', 2)[^1], set.Value],
        Remedy.SetDirective set => [set.Key, set.Value, set.Unit],
        Remedy.SetEngineKey set => [set.Key, set.Value],
        Remedy.RemoveEngineKey remove => [remove.Key],
        Remedy.RunCommand run => [run.Command],
        Remedy.Update update => [update.Version],
        _ => [],
    };

    [Theory]
    [MemberData(nameof(ContainerRules))]
    public void A_rule_rests_where_its_cause_is_not(string id)
        => Assert.DoesNotContain(id, RuleCases.All[id].Rests.Look().Select(static finding => finding.Rule.Id));

    [Fact]
    public void Every_id_is_its_own_and_every_text_is_a_sentence()
    {
        Assert.Equal(InspectionRules.All.Length, InspectionRules.All.Select(static rule => rule.Id).Distinct().Count());
        Assert.All(InspectionRules.All, static rule =>
        {
            Assert.Matches("^GH-[A-Z]{3}-[0-9]{3}$", rule.Id);
            Assert.EndsWith(".", rule.Title, StringComparison.Ordinal);
            Assert.EndsWith(".", rule.Why, StringComparison.Ordinal);
        });
    }
}
