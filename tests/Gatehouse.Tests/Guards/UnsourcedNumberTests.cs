using Gatehouse.Core.Guards;

namespace Gatehouse.Tests.Guards;

/// <summary>Figures without a source: what is a claim, and what only has a number in it.</summary>
public sealed class UnsourcedNumberTests
{
    private const string Prompt = "In 2008 the shop sold 1,250 shirts at $10 each. How much is that?";

    private static UnsourcedNumberDetector Detector => new(PromptNumbers.Of([Prompt]));

    [Fact]
    public void Each_rule_finds_its_example()
    {
        foreach (var rule in Detector.Rules)
            Assert.Equal(rule, Assert.Single(SplitText.Whole(Detector, rule.Example)).Rule);
    }

    [Theory]
    [InlineData("About 73% of all users agree.")]
    [InlineData("It cost $4.5 billion.")]
    [InlineData("He was born in 1879 in Ulm.")]
    [InlineData("The tower is 330 metres tall.")]
    [InlineData("It lies 26,000 light years away.")]
    [InlineData("That was in the mid-1800s.")]
    [InlineData("- Released on October 8, 2021, it is the latest game.")]
    [InlineData("| Venus | 12,104 |")]
    [InlineData("In 2008 it sold 9,999 shirts.")]
    public void A_figure_without_a_source_is_found(string text)
    {
        var found = Assert.Single(SplitText.Whole(Detector, text));

        Assert.Equal((0, text.Length), (found.Start, found.Length));
        SplitText.SameWhereverItIsCut(Detector, text);
        SplitText.SameWhereverItIsCut(Detector, $"Well. {text} And so on.\n```\nx = 99 km\n```\nEnd.");
    }

    [Theory]
    [InlineData("According to the census of 2020, 73% agree.")]
    [InlineData("About 73% of all users agree [1].")]
    [InlineData("About 73% of all users agree (Smith et al., 2020).")]
    [InlineData("About 73% agree, see https://example.com/survey.")]
    [InlineData("In 2008 the shop sold 1250 shirts.")]
    [InlineData("1. First, open the door.")]
    [InlineData("Step 3 is the last of 2 steps.")]
    [InlineData("Bake it for 25 minutes at 180 degrees.")]
    [InlineData("- 2 cups flour")]
    [InlineData("We meet at 10:30 am.")]
    [InlineData("Version 1.2.3 and COVID-19 are names.")]
    [InlineData("It prints `x = 4500 km` then.")]
    [InlineData("```\nThe road is 4500 km long.\n```")]
    [InlineData("1250 shirts * $10 = $12,500 in all.")]
    [InlineData("1,250 × 10 = 12,500.\nSo it took in $12,500.")]
    [InlineData("Was it 45% or 50%?")]
    [InlineData("Suppose it takes 45 km.")]
    [InlineData("There are three reasons.")]
    public void What_is_sourced_given_or_no_claim_is_not_found(string text)
    {
        Assert.Empty(SplitText.Whole(Detector, text));
        SplitText.SameWhereverItIsCut(Detector, text);
    }

    [Theory]
    [InlineData("1,250.50 and 3,5", "1250.5", "3.5")]
    [InlineData("007, 2.0", "7", "2")]
    public void Numbers_of_a_prompt_compare_by_value(string text, params string[] expected) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), PromptNumbers.Of([text]).Order(StringComparer.Ordinal));

    [Fact]
    public void The_labelled_answers_are_told_apart()
    {
        var (found, right, labelled) = ClaimLabels.Measure(
            "unsourced-number", static prompt => new UnsourcedNumberDetector(PromptNumbers.Of([prompt])));

        Assert.True(right >= 0.85 * found, $"precision {right} of {found}");
        Assert.True(right >= 0.85 * labelled, $"recall {right} of {labelled}");
    }
}
