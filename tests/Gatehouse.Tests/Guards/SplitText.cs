using Gatehouse.Core.Guards;

namespace Gatehouse.Tests.Guards;

/// <summary>Shows a detector texts in pieces, as a stream brings them.</summary>
internal static class SplitText
{
    /// <summary>What a detector finds in a text that is all there.</summary>
    public static IReadOnlyList<Found> Whole(TextDetector detector, string text)
    {
        var found = new List<Found>();
        Assert.Equal(text.Length, new TextScan(detector).Look(text, isEnd: true, found));
        return found;
    }

    /// <summary>
    /// Shows the text in pieces that end at these places, and holds the release invariant: what is found is the same,
    /// and nothing of it was let go before it was found.
    /// </summary>
    public static void SameAsWhole(TextDetector detector, string text, params int[] ends)
    {
        var expected = Whole(detector, text);
        var scan = new TextScan(detector);
        var found = new List<Found>();
        var safe = 0;
        foreach (var end in ends.Append(text.Length))
        {
            var before = found.Count;
            var now = scan.Look(text.AsSpan(0, end), isEnd: end == text.Length, found);
            Assert.True(now >= safe, $"{now} after {safe} at {end} of: {text}");
            foreach (var one in found.Skip(before))
                Assert.True(one.Start >= safe, $"{one.Rule.Id} begins at {one.Start}, {safe} was let go: {text}");
            safe = now;
        }

        Assert.Equal(expected, found);
    }

    /// <summary>The same for every single place to cut, and for one character at a time.</summary>
    public static void SameWhereverItIsCut(TextDetector detector, string text)
    {
        for (var cut = 0; cut <= text.Length; cut++)
            SameAsWhole(detector, text, cut);
        SameAsWhole(detector, text, [.. Enumerable.Range(0, text.Length)]);
    }
}
