using Gatehouse.Core.Guards;

namespace Gatehouse.Tests.Guards;

/// <summary>Certainty in words: claimed, denied, quoted, or said of something else.</summary>
public sealed class OverconfidenceTests
{
    private static readonly OverconfidenceDetector Detector = new();

    [Fact]
    public void Each_rule_finds_its_example()
    {
        foreach (var rule in Detector.Rules)
            Assert.Equal(rule, Assert.Single(SplitText.Whole(Detector, rule.Example)).Rule);
    }

    [Theory]
    [InlineData("I am certain that this works.")]
    [InlineData("This is undoubtedly the best.")]
    [InlineData("Results are guaranteed.")]
    [InlineData("Without a doubt, it is safe.")]
    [InlineData("I'm 100% sure.")]
    [InlineData("There is no question that it helps.")]
    [InlineData("There is no doubt about it.")]
    [InlineData("It is a fact that cats fly.")]
    [InlineData("Although it is not cheap, it definitely works.")]
    [InlineData("Das ist garantiert richtig.")]
    [InlineData("Zweifellos stimmt das.")]
    [InlineData("C'est sans aucun doute vrai.")]
    [InlineData("Sin duda es verdad.")]
    public void Certainty_is_found(string text)
    {
        var found = Assert.Single(SplitText.Whole(Detector, text));

        Assert.Equal((0, text.Length), (found.Start, found.Length));
        SplitText.SameWhereverItIsCut(Detector, text);
        SplitText.SameWhereverItIsCut(Detector, $"Well. {text} And so on.");
    }

    [Theory]
    [InlineData("I am not certain.")]
    [InlineData("I cannot guarantee that, and nothing is guaranteed.")]
    [InlineData("It isn't definitely known.")]
    [InlineData("He said \"I am certain\" and left.")]
    [InlineData("Are you absolutely certain?")]
    [InlineData("If you are absolutely sure, press enter.")]
    [InlineData("It has a guaranteed minimum.")]
    [InlineData("The right is guaranteed by the constitution.")]
    [InlineData("Definitely! Here is the list.")]
    [InlineData("Das ist nicht garantiert.")]
    [InlineData("Make sure that a certain amount is left.")]
    [InlineData("I can certainly help.")]
    public void What_claims_no_certainty_is_not_found(string text)
    {
        Assert.Empty(SplitText.Whole(Detector, text));
        SplitText.SameWhereverItIsCut(Detector, text);
    }

    [Fact]
    public void The_labelled_answers_are_told_apart()
    {
        var (found, right, labelled) = ClaimLabels.Measure("overconfident", static _ => Detector);

        Assert.True(right >= 0.85 * found, $"precision {right} of {found}");
        Assert.True(right >= 0.85 * labelled, $"recall {right} of {labelled}");
    }
}
