using CsCheck;

namespace Gatehouse.Tests.Discovery;

/// <summary>No token that stands in a file of the host comes out of any reader.</summary>
public sealed class SecretTests
{
    private const int Stream = 3;
    private const ulong Seed = 20261123; // Fixed: the same cases on every run and machine.
    private const int Part = 12; // Letters of a token that may not be shown in a row.

    private static readonly Gen<string> Token = Gen.OneOf(
        Letters("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 40).Select(text => "sk-proj-" + text),
        Letters("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 36).Select(text => "ghp_" + text),
        Letters("0123456789abcdef", 32),
        Letters("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 24).Select(text => "xoxb-" + text),
        Letters("0123456789abcdef", 32)
            .Select(text => $"{text[..8]}-{text[8..12]}-{text[12..16]}-{text[16..20]}-{text[20..]}"),
        Letters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 68));

    [Fact]
    public void A_word_that_stands_where_formats_have_credentials_is_never_shown()
    {
        foreach (var sample in AllReaders.Samples)
        {
            var shown = AllReaders.Shown(sample.Replace("SECRET", "hunter2pw", StringComparison.Ordinal));
            Assert.DoesNotContain(shown, text => text.Contains("hunter2", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public void A_token_planted_anywhere_is_never_shown()
    {
        var random = new PCG(Stream, Seed);
        var places = Gen.Int[0, int.MaxValue - 1];
        for (var i = 0; i < 4_000; i++)
        {
            var sample = AllReaders.Samples[i % AllReaders.Samples.Count];
            var token = Token.Generate(random, null, out _);
            var text = sample.Replace("SECRET", token, StringComparison.Ordinal);
            var at = places.Generate(random, null, out _) % (text.Length + 1);
            AssertHidden(text.Insert(at, token), token);
        }
    }

    private static void AssertHidden(string text, string token)
    {
        foreach (var shown in AllReaders.Shown(text))
        {
            for (var at = 0; at + Part <= token.Length; at++)
            {
                if (shown.Contains(token.Substring(at, Part), StringComparison.OrdinalIgnoreCase))
                    Assert.Fail($"{token.Substring(at, Part)} of {token} is shown: {shown}\n{text}");
            }
        }
    }

    private static Gen<string> Letters(string letters, int count)
        => Gen.Int[0, letters.Length - 1].Array[count]
            .Select(places => string.Concat(places.Select(at => letters[at])));
}
