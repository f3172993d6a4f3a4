using System.Text;
using Gatehouse.Core.Guards;

namespace Gatehouse.Tests.Guards;

/// <summary>Personal data: what is found, where it begins and ends, and what only looks like it.</summary>
public sealed class PersonalDataDetectorTests
{
    private static readonly PersonalDataDetector Detector = new();

    public static TheoryData<string> RuleIds => [.. Detector.Rules.Select(static rule => rule.Id)];

    [Theory]
    [MemberData(nameof(RuleIds))]
    public void Each_rule_finds_its_example_wherever_it_is_cut(string id)
    {
        var rule = Detector.Rules.Single(one => one.Id == id);

        Assert.Contains(rule, SplitText.Whole(Detector, rule.Example).Select(static one => one.Rule));
        Assert.Contains(rule, SplitText.Whole(Detector, $"Well, {rule.Example}. And more").Select(static one =>
            one.Rule));
        SplitText.SameWhereverItIsCut(Detector, rule.Example);
        SplitText.SameWhereverItIsCut(Detector, $"Well, {rule.Example}. And more");
    }

    [Theory]
    [InlineData("Write to jane.o'neil+x@mail.example.co.uk.", "personal/email", "jane.o'neil+x@mail.example.co.uk")]
    [InlineData("<mailto:a_b@example.com>", "personal/email", "a_b@example.com")]
    [InlineData("card: 3714 496353 98431!", "personal/card", "3714 496353 98431")]
    [InlineData("IBAN de89370400440532013000, please", "personal/iban", "de89370400440532013000")]
    [InlineData("call (415) 555-0132 x12 now", "personal/phone", "(415) 555-0132 x12")]
    [InlineData("Telefonnummer 030 1234567", "personal/phone", "030 1234567")]
    [InlineData("ping [2001:db8::1]:8080", "personal/ip", "2001:db8::1")]
    [InlineData("from 192.0.2.1:8080", "personal/ip", "192.0.2.1")]
    [InlineData("at 40°26′46″N 79°58′56″W.", "personal/geo", "40°26′46″N 79°58′56″W")]
    [InlineData("lat: 48.858, somewhere", "personal/geo", "48.858")]
    [InlineData("Meet Anna van der Berg tomorrow", "personal/name", "Anna van der Berg")]
    [InlineData("They call me Mr. Mayers.", "personal/name", "Mayers")]
    [InlineData("geboren am 2. März 1985 in", "personal/birth-date", "2. März 1985")]
    [InlineData("wohnt Hauptstraße 5a, 80331 München", "personal/street-address", "Hauptstraße 5a, 80331 München")]
    [InlineData("at 221B Baker Street.", "personal/street-address", "221B Baker Street")]
    [InlineData("876 543 210", "personal/au-tfn", "876 543 210")]
    public void The_value_is_found_from_its_first_to_its_last_character(string text, string rule, string value)
    {
        var found = Assert.Single(SplitText.Whole(Detector, text));

        Assert.Equal((rule, value), (found.Rule.Id, text.Substring(found.Start, found.Length)));
        SplitText.SameWhereverItIsCut(Detector, text);
    }

    [Theory]
    [InlineData("4012-8888-8888-1882 is a card")]
    [InlineData("IBAN GB29 NWBK 6016 1331 9268 18")]
    [InlineData("SSN 000-12-3456, SSN 460-00-9847")]
    [InlineData("Steuer-ID: 86095742718")]
    [InlineData("the NHS number 943 476 5918")]
    [InlineData("DNI 12345678A and NIE Z8078221A")]
    [InlineData("RSSMRA85T10A562T")]
    [InlineData("020594X903R")]
    [InlineData("Aadhaar 3998 7654 3212")]
    [InlineData("NRIC S2740116D")]
    [InlineData("529.982.247-26")]
    [InlineData("version 1.2.3.4 at 12:30:45 on 2024-05-21")]
    [InlineData("std::vector and Foo::Bar, a::b")]
    [InlineData("In 1999 there were 1,234,567 people, 86095742719 grains and 130692544 stones.")]
    [InlineData("The 12 Apostles and 3 Wise Men in Baker Street")]
    [InlineData("see @name, user@localhost and a@b.")]
    [InlineData("300.1.1.1, 1.2.3, 1.2.3.4.5, 01.02.03.04")]
    [InlineData("0.25, 0.5 and 3.14159265")]
    public void What_only_looks_like_it_is_not_found(string text)
    {
        Assert.Empty(SplitText.Whole(Detector, text));
        SplitText.SameWhereverItIsCut(Detector, text);
    }

    [Fact]
    public void Random_pieces_of_random_texts_find_what_the_whole_finds()
    {
        string[] parts =
        [
            "4012888888881881", " ", "-", "phone ", "Anna ", "Berg", ".", "@", "x.com", "12 ", "Street", "::", "1",
            "(", ")", "born ", "2/8/1935", "de89", "3704", "+49 ", "°", "DE", "\n", "f", ":", "192.0", "+", "_", "ä",
            "Mr. ", ",",
        ];
        var random = new Random(21);
        for (var round = 0; round < 3_000; round++)
        {
            var text = new StringBuilder();
            for (var left = random.Next(12); left > 0; left--)
                text.Append(parts[random.Next(parts.Length)]);
            int[] cuts = [.. Enumerable.Range(0, text.Length).Where(_ => random.Next(3) == 0)];
            SplitText.SameAsWhole(Detector, text.ToString(), cuts);
        }
    }
}
