using System.Collections.Immutable;
using Gatehouse.Adoption;
using Gatehouse.Cli;
using Gatehouse.Core.Adoption;

namespace Gatehouse.Tests.Adoption;

/// <summary>What <c>adopt</c> says fits what it found.</summary>
public sealed class AdoptScreenTests
{
    private static readonly AdoptionStep Step = new CreateNetworkStep(
        "gatehouse-app-chat", "10.0.0.0/29", "10.0.0.0/29", true, ImmutableSortedDictionary<string, string>.Empty);

    [Fact]
    public void A_plan_without_apps_has_no_heading_for_them()
        => Assert.DoesNotContain("In front of it", Shown(Layout, [Step], everyStep: false), StringComparison.Ordinal);

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_dry_run_lists_the_steps_and_does_not_say_how_to_list_them(bool everyStep, bool says)
    {
        var shown = Shown(Layout, [Step], everyStep);

        Assert.Equal(says, shown.Contains("--dry-run", StringComparison.Ordinal));
        Assert.Equal(everyStep, shown.Contains("The step:", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_all_is_adopted_it_does_not_say_that_nothing_can_be()
    {
        var standing = Layout with { Standing = new ExistingLayout() };

        Assert.StartsWith("Nothing here can be adopted.", Shown(Layout, [], false), StringComparison.Ordinal);
        Assert.StartsWith("There is nothing more to adopt: the adoption is in place.", Shown(standing, [], false),
            StringComparison.Ordinal);
    }

    private static AdoptionLayout Layout => new([], [], null, []);

    private static string Shown(AdoptionLayout layout, ImmutableArray<AdoptionStep> steps, bool everyStep)
    {
        using var output = new StringWriter();
        new AdoptScreen(output).Show(new AdoptionProposal(layout, steps, []), everyStep);
        return output.ToString();
    }
}
