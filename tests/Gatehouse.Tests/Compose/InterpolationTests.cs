using CsCheck;
using Gatehouse.Core.Compose;

namespace Gatehouse.Tests.Compose;

public sealed class InterpolationTests
{
    [Theory]
    [InlineData("$SET/${SET}", "set/set")]
    [InlineData("${UNSET}|$UNSET", "|")]
    [InlineData("${SET:-d} ${EMPTY:-d} ${EMPTY-d} ${UNSET-d}", "set d  d")]
    [InlineData("${SET:+r} ${EMPTY:+r} ${EMPTY+r} ${UNSET+r}", "r  r ")]
    [InlineData("${SET:?e} ${EMPTY?e}", "set ")]
    [InlineData("${UNSET:-${EMPTY:-${SET}x}y}z", "setxyz")]
    [InlineData("$$SET $${SET}", "$SET ${SET}")]
    [InlineData("http://${HOST:-a.b}:${PORT:-80}/v1", "http://a.b:80/v1")]
    [InlineData("${UNSET:-a:-b}", "a:-b")]
    public void Variables_are_put_in_as_the_specification_says(string text, string expected)
    {
        var image =
            ComposeText.Service($"services: {{ a: {{ image: '{text}' }} }}", (".env", "SET=set\nEMPTY=\n")).Image;

        Assert.Equal(expected, image);
    }

    [Fact]
    public void A_variables_file_is_read_with_quotes_comments_and_variables()
    {
        var service =
            ComposeText.Service("services: { a: { image: x, env_file: [a.env, { path: raw.env, format: raw }] } }",
            ("a.env", """
                # comment
                PLAIN = one two # comment
                SINGLE='$PLAIN # kept'
                DOUBLE="a\n${PLAIN} \"q\""
                export EXPORTED=${OUTER}/${PLAIN}
                LINES="first
                second"
                COLON: yes
                HASH=a#b
                """),
            ("raw.env", "RAW='$x' # y"),
            (".env", "OUTER=outer"));

        Assert.Equal("one two|$PLAIN # kept|a\none two \"q\"|outer/one two|first\nsecond|yes|a#b|'$x' # y",
            string.Join('|', service.Environment.Select(fact => fact.Value)));
    }

    [Fact]
    public void The_shell_wins_over_the_file_and_passes_on_what_has_no_value()
    {
        var request = new ComposeRequest
        {
            Directory = "/srv/stack",
            Environment = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("A", "shell"),
        };

        var reading = ComposeText.Read(request,
            ("compose.yaml", "services: { a: { image: $A, environment: [A, B, C] } }"), (".env", "A=file\nB=b"));

        Assert.Equal("shell", reading.Project!.Services[0].Image);
        Assert.Equal(["A=shell", "B=b", "C="],
            reading.Project.Services[0].Environment.Select(fact => $"{fact.Name}={fact.Value}"));
    }

    [Fact]
    public void No_text_makes_the_reader_throw_and_none_takes_long()
    {
        string[] words =
        [
            "services:", "a:", "image: x", "${", "}", "$", ":-", "?", "*a", "&a ", "<<: ", "!reset ", "!override ",
            "\n  ",
            "\n    ", "[", "]", "{", "}", "\"", "'", "extends: a", "include: [compose.yaml]", "- ", "environment: ",
            "ports: [1]", "networks: ", "x: ", "\t", "|", ">", "#", "---\n", "...\n", "~", "0", "A=1", ",", "\u0000",
        ];
        Gen.Int[0, words.Length - 1].Array[0, 40].Sample(indexes =>
        {
            var text = string.Concat(indexes.Select(index => words[index]));
            ComposeText.Read(("compose.yaml", "services:\n  " + text), (".env", text));
            ComposeText.Read(("compose.yaml", text));
        }, iter: 5_000, seed: "0001composed");
    }
}
