using System.Text;
using System.Text.Json;
using CsCheck;
using Gatehouse.Core.Ledger;

namespace Gatehouse.Tests.Ledger;

public sealed class CanonicalJsonTests
{
    [Fact]
    public void Whatever_is_written_is_accepted_and_means_the_same() =>
        Gen.Select(Gen.String.Array[0, 6], Gen.String,
            Gen.Long[-CanonicalWriter.IntegerMax, CanonicalWriter.IntegerMax])
            .Sample(
                (names, text, number) =>
                {
                    var ordered = names.Select(Valid).Distinct().Order(StringComparer.Ordinal).ToList();
                    var written = Write(ordered, Valid(text), number);
                    using var document = JsonDocument.Parse(written);
                    var members = document.RootElement.EnumerateObject().ToList();
                    return Accepts(written)
                        && members.Select(member => member.Name).SequenceEqual(ordered)
                        && members.All(member => member.Value[0].GetString() == Valid(text))
                        && members.All(member => member.Value[1].GetInt64() == number);
                },
                seed: "0004canonical", iter: 2000);

    [Fact]
    public void A_changed_byte_is_refused_or_means_something_else()
    {
        var written = Write(["a", "b\n", "z\u0001", "\u00e9"], "x\"y\\\u0007\u20ac", 120);
        var before = Normal(written);
        for (var at = 0; at < written.Length; at++)
        {
            for (var value = 0; value < 256; value++)
            {
                var changed = written.ToArray();
                changed[at] = (byte)value;
                if (value != written[at] && Accepts(changed))
                    Assert.NotEqual(before, Normal(changed));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{} ")]
    [InlineData(" {}")]
    [InlineData("{\"a\": 1}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":-0}")]
    [InlineData("{\"a\":1.0}")]
    [InlineData("{\"a\":1e2}")]
    [InlineData("{\"a\":+1}")]
    [InlineData("{\"a\":9007199254740992}")]
    [InlineData("{\"a\":99999999999999999999}")]
    [InlineData("{\"a\":true}")]
    [InlineData("{\"a\":null}")]
    [InlineData("{\"b\":1,\"a\":1}")]
    [InlineData("{\"a\":1,\"a\":1}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":\"\\u0041\"}")]
    [InlineData("{\"a\":\"\\u000A\"}")]
    [InlineData("{\"a\":\"\\u000a\"}")]
    [InlineData("{\"a\":\"\\/\"}")]
    [InlineData("{\"a\":\"\\u001F\"}")]
    [InlineData("{\"a\":\"x}")]
    [InlineData("{\"a\":[[[[[[[[[1]]]]]]]]]}")]
    public void What_the_writer_would_not_write_is_refused(string text) =>
        Assert.False(Accepts(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Bytes_that_are_not_text_are_refused() => Assert.False(Accepts([(byte)'{', (byte)'"', 0xff, (byte)'"']));

    [Fact]
    public void Names_are_ordered_as_utf_16_not_as_utf_8()
    {
        // U+10000 is written with surrogates from U+D800, so it comes before U+FFFD although its UTF-8 comes after.
        var written = Write(["\U00010000", "\uFFFD"], "", 0);

        Assert.True(Accepts(written));
        Assert.Throws<InvalidOperationException>(() => Write(["\uFFFD", "\U00010000"], "", 0));
    }

    [Fact]
    public void A_writer_stops_at_its_limit_and_says_so()
    {
        var writer = new CanonicalWriter(100);
        writer.BeginObject();
        writer.Member("a", new string('x', 10_000_000));
        writer.EndObject();

        Assert.True(writer.IsOverflown);
        Assert.True(writer.Written.Length <= 120);
    }

    private static byte[] Write(IReadOnlyList<string> names, string text, long number)
    {
        var writer = new CanonicalWriter(1 << 20);
        writer.BeginObject();
        foreach (var name in names)
        {
            writer.Name(name);
            writer.BeginArray();
            writer.String(text);
            writer.Integer(number);
            writer.EndArray();
        }

        writer.EndObject();
        return writer.Written.ToArray();
    }

    private static bool Accepts(byte[] text) => CanonicalScanner.ScanObject(text, new CanonicalMember[16]) >= 0;

    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static string Normal(byte[] text)
    {
        using var document = JsonDocument.Parse(text);
        var parts = document.RootElement.EnumerateObject().SelectMany(member =>
            new[] { member.Name }.Concat(member.Value.ValueKind == JsonValueKind.Array
                ? member.Value.EnumerateArray().Select(item => item.ToString())
                : [member.Value.ToString()]));
        return string.Join('\u0002', parts);
    }
}
