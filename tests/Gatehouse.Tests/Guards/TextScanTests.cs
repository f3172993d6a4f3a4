using System.Buffers;
using Gatehouse.Core.Guards;

namespace Gatehouse.Tests.Guards;

/// <summary>The scanner under every detector: what it finds in pieces is what it finds in the whole.</summary>
public sealed class TextScanTests
{
    private static readonly string[] Texts =
    [
        "", "a", "key=", "the key=abc123 and keyring=zz", "kekekey=1", "KEY=ÄÖ key=", "key=" + new string('x', 50)
            + " end",
        "One. Two e.g. three! \"Four?\" 3.14 is five.\nSix", "1. First. 2. Second. J. Smith came.", "Ende。次の文。",
    ];

    public static TheoryData<string> All => [.. Texts];

    [Theory]
    [MemberData(nameof(All))]
    public void A_text_in_pieces_finds_what_the_whole_finds(string text)
    {
        SplitText.SameWhereverItIsCut(new KeyDetector(), text);
        SplitText.SameWhereverItIsCut(new SentenceDetector(), text);
    }

    [Fact]
    public void Random_pieces_of_random_texts_find_what_the_whole_finds()
    {
        var random = new Random(21);
        for (var round = 0; round < 2_000; round++)
        {
            var text = new string(
                [.. Enumerable.Range(0, random.Next(60)).Select(_ => "key=k.e! y1 \n"[random.Next(13)])]);
            int[] cuts = [.. Enumerable.Range(0, text.Length).Where(_ => random.Next(3) == 0)];
            SplitText.SameAsWhole(new KeyDetector(), text, cuts);
            SplitText.SameAsWhole(new SentenceDetector(), text, cuts);
        }
    }

    [Fact]
    public void Sentences_end_where_people_see_an_end()
    {
        var text = "It costs 3.50 e.g. in shops. \"Really?\" Yes!\n1. First J. Smith came. See www.example.com now.";

        Assert.Equal(
            ["It costs 3.50 e.g. in shops. ", "\"Really?\" ", "Yes!\n", "1. First J. Smith came. ",
                "See www.example.com now."],
            SplitText.Whole(new SentenceDetector(), text).Select(one => text.Substring(one.Start, one.Length)));
    }

    [Fact]
    public void A_candidate_without_an_end_is_found_and_does_not_wait_for_ever()
    {
        var scan = new TextScan(new KeyDetector());
        var found = new List<Found>();
        var text = "key=" + new string('x', 100_000);

        var safe = scan.Look(text, isEnd: false, found);

        Assert.NotEmpty(found);
        Assert.True(text.Length - safe <= new KeyDetector().CandidateMax);
    }

    private static readonly TextRule Rule = new("test/rule", 1, "a test", "key=1", "this file");

    private sealed class KeyDetector : TextDetector
    {
        private static readonly Keywords Words = new(["key=", "keyring="]);
        private static readonly SearchValues<char> Value = SearchValues.Create("abcxz0123456789");

        public override IReadOnlyList<TextRule> Rules => [Rule];

        public override TextRule? TooLong => Rule;

        public override int NextAnchor(ref TextCursor text, int from) => Words.Next(ref text, from);

        public override int Match(ref TextCursor text, int anchor, List<Found> found)
        {
            var value = anchor + (text.Has(anchor, "key=") ? 4 : 8);
            var end = text.Skip(value, Value);
            if (end > value)
                found.Add(new Found(Rule, value, end - value));
            return end;
        }
    }

    private sealed class SentenceDetector : TextDetector
    {
        public override IReadOnlyList<TextRule> Rules => [Rule];

        public override int NextAnchor(ref TextCursor text, int from) => from;

        public override int Match(ref TextCursor text, int anchor, List<Found> found)
        {
            var end = Sentences.EndOf(ref text, anchor);
            found.Add(new Found(Rule, anchor, end - anchor));
            return end;
        }
    }
}
