using CsCheck;

namespace Gatehouse.Tests.Discovery;

/// <summary>Whatever stands in a file of the host, reading it ends, and never with an exception.</summary>
public sealed class ReaderFuzzTests
{
    private const int Stream = 2;
    private const ulong Seed = 20261123; // Fixed: the same texts on every run and machine.

    private static readonly string[] Pieces =
    [
        "[Service]\n", "ExecStart=", "\\\n", "\"", "'", "`", "$(", ")", "|", ";", "&&", ">", "<", "%", "* * * * * ",
        "@daily ",
        "http://", "://", ":11434", "@", "[", "]", "{", "}", ": ", ", ", "- ", "&a ", "*a", "<<: ", "!secret ", "\n",
        "\t",
        "model", "--model ", "=", "model: ", "import ", "from ", "require('", "curl -d ", "ollama run ", "sh -c \"",
        "docker exec ",
        "\u0000", "\uFEFF", "\ud83d", "é", "\\x", "\\u", "OnCalendar=", "*-*-* ", "0/5", "..", "~/", "../", "#",
        "---\n", "...\n",
    ];

    private static readonly Gen<string> Piece = Gen.Int[0, Pieces.Length - 1].Select(at => Pieces[at]);

    [Fact]
    public void Random_text_breaks_no_reader() => ReadEach(Gen.String[Gen.Char, 0, 200], 3_000);

    [Fact]
    public void Random_pieces_break_no_reader() => ReadEach(Piece.Array[0, 60].Select(string.Concat), 6_000);

    [Fact]
    public void Mutated_samples_break_no_reader()
    {
        foreach (var sample in AllReaders.Samples)
        {
            var edit = Gen.Select(Gen.Int[0, sample.Length], Gen.Int[0, 12], Piece);
            ReadEach(edit.Array[1, 4].Select(edits => edits.Aggregate(sample, Edit)), 400);
        }
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"a\":")]
    [InlineData("- ")]
    [InlineData("a: ")]
    [InlineData("model")]
    [InlineData("http://")]
    [InlineData(":11434")]
    [InlineData("sh -c ")]
    [InlineData("$(")]
    [InlineData("\\\n")]
    [InlineData("'\"")]
    [InlineData("* * * * * ollama run x\n")]
    [InlineData("[Service]\nExecStart=/srv/aa.sh\n")]
    [InlineData("A=b\n")]
    public void A_megabyte_of_one_piece_is_read_in_bounded_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, (1 << 20) / piece.Length));

        var watch = System.Diagnostics.Stopwatch.StartNew();
        AllReaders.Shown(text);
        // Each takes about a second for all readers together; quadratic work would take minutes.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    // Sample() of CsCheck fixes only its first case, so the generator is driven by hand.
    private static void ReadEach(Gen<string> texts, int count)
    {
        var random = new PCG(Stream, Seed);
        for (var i = 0; i < count; i++)
        {
            var text = texts.Generate(random, null, out _);
            var shown = AllReaders.Shown(text);
            Assert.DoesNotContain(shown, one => one.Any(char.IsControl));
        }
    }

    private static string Edit(string text, (int At, int Length, string Piece) edit)
    {
        var start = Math.Min(edit.At, text.Length);
        var end = Math.Min(text.Length, start + edit.Length);
        return string.Concat(text.AsSpan(0, start), edit.Piece, text.AsSpan(end));
    }
}
