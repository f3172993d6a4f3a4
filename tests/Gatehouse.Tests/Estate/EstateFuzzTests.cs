using CsCheck;
using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Estate;

/// <summary>Whatever stands in the file, reading it gives a plan or problems, never an exception.</summary>
public sealed class EstateFuzzTests
{
    private const int Stream = 1;
    private const ulong Seed = 20260301; // Fixed: the same files on every run and machine.

    private static readonly string[] Pieces =
    [
        "estate: 1\n",
        "jobs:\n", "models:\n", "  a:\n", "    ", "- ", "[", "]", "{", "}", ": ", ", ", "&a ", "*a", "!x ",
        "\"", "'", "|\n", ">\n", "#", "? ", "---\n", "...\n", "%YAML 1.2\n", "\t", "\n", "\u0000", "!!h=[ ",
        "\uFEFF", "é", "<<: ", "null", "~", "sink",
        "cron: '0 7 * * *'", "pass:x", "unix:/x", "10GiB", "7d", "\ud83d", "\\x", "@", "`",
    ];

    private static readonly Gen<string> Piece = Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]);

    [Fact]
    public void Random_text_gives_problems_and_no_exception() =>
        ReadEach(Gen.String[Gen.Char, 0, 200], 10_000);

    [Fact]
    public void Random_pieces_of_YAML_give_problems_and_no_exception() =>
        ReadEach(Piece.Array[0, 40].Select(string.Concat), 20_000);

    [Fact]
    public void A_mutated_sample_gives_a_plan_or_problems_and_no_exception()
    {
        var edit = Gen.Select(Gen.Int[0, SampleEstate.Text.Length], Gen.Int[0, 12], Piece);
        ReadEach(edit.Array[1, 4].Select(edits => edits.Aggregate(SampleEstate.Text, Edit)), 5_000);
    }

    [Fact]
    public void Every_prefix_of_the_sample_gives_a_plan_or_problems()
    {
        for (var length = 0; length <= SampleEstate.Text.Length; length++)
            AssertReadable(SampleEstate.Text[..length]);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a,")]
    [InlineData("[a,")]
    [InlineData("{a: ")]
    [InlineData("\t")]
    [InlineData("? a\n")]
    [InlineData("a\n")]
    public void A_megabyte_of_one_piece_is_refused_in_bounded_time(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, EstateReader.BytesMax / piece.Length));

        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.NotEmpty(EstateReader.Read(text, "f.yaml").Problems);
        // Each takes well under a second; quadratic work on a megabyte would take minutes.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    // Sample() of CsCheck fixes only its first case, so the generator is driven by hand.
    private static void ReadEach(Gen<string> files, int count)
    {
        var random = new PCG(Stream, Seed);
        for (var i = 0; i < count; i++)
            AssertReadable(files.Generate(random, null, out _));
    }

    private static string Edit(string text, (int At, int Length, string Piece) edit)
    {
        var start = Math.Min(edit.At, text.Length);
        var end = Math.Min(text.Length, start + edit.Length);
        return string.Concat(text.AsSpan(0, start), edit.Piece, text.AsSpan(end));
    }

    private static void AssertReadable(string yaml)
    {
        var reading = EstateReader.Read(yaml, "f.yaml");

        Assert.Equal(reading.Plan is null, reading.Problems.Length != 0);
        Assert.True(reading.Problems.Length <= 201);
        Assert.All(reading.Problems, problem => Assert.True(problem.Line >= 1 && problem.Column >= 1));
    }
}
