using System.Text.Json;
using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Estate;

/// <summary>Reader, schema and documents come from one table; these tests keep them from drifting apart.</summary>
public sealed class EstateTableTests
{
    public static TheoryData<string> Paths => [.. EstateSettings.All().Select(entry => entry.Path)];

    [Theory]
    [InlineData("docs/schema/estate.schema.json")]
    [InlineData("docs/settings.md")]
    public void A_committed_file_is_what_the_table_generates(string file)
    {
        var isSettings = file.EndsWith(".md", StringComparison.Ordinal);
        var generated = isSettings ? EstateSettings.Markdown() : EstateSchema.Text();
        var path = Repository.PathOf(file);
        if (Environment.GetEnvironmentVariable("GATEHOUSE_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, generated);
        }

        Assert.True(File.Exists(path), $"{file} is missing: run the tests with GATEHOUSE_APPROVE=1");
        Assert.Equal(generated, File.ReadAllText(path));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void The_reader_looks_at_every_key_of_the_table(string path)
    {
        // A list of an empty list fits no key, so a key that the reader skips would go unnoticed.
        var reading = EstateReader.Read(Nest(path, "[[]]"), "f.yaml");

        var expected = path.Replace("[]", "[0]", StringComparison.Ordinal);
        var found = reading.Problems
            .Where(problem => problem.Path.StartsWith(expected, StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(found);
        Assert.All(found, problem => Assert.DoesNotContain("unknown key", problem.Message, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void The_schema_knows_every_key_of_the_table(string path)
    {
        using var schema = JsonDocument.Parse(EstateSchema.Text());
        var at = schema.RootElement;
        foreach (var step in path.Replace("[]", ".[]", StringComparison.Ordinal).Split('.'))
        {
            at = step switch
            {
                "NAME" => at.GetProperty("additionalProperties"),
                "[]" => at.GetProperty("items"),
                _ => Section(at).GetProperty("properties").GetProperty(step),
            };
        }

        Assert.NotEmpty(at.GetProperty("description").GetString()!);
    }

    [Fact]
    public void Every_key_that_has_a_default_loads_with_it()
    {
        foreach (var (path, setting) in EstateSettings.All().Where(entry => IsPlainDefault(entry.Setting.DefaultText)))
        {
            var problems = EstateReader.Read(Nest(path, setting.DefaultText!), "f.yaml").Problems;
            Assert.DoesNotContain(problems, problem => problem.Path == path && !problem.Message.Contains("needs"));
        }
    }

    [Fact]
    public void The_starter_of_a_container_listens_on_interfaces_under_a_name_that_stays()
    {
        var gate = new ListenAddress.Interfaces(8420);

        var reading = EstateReader.Read(StarterEstate.Text("lab", "UTC", gate), "gatehouse.yaml");

        Assert.Empty(reading.Problems);
        Assert.Empty(reading.Warnings);
        Assert.Equal((gate, "gate"), (reading.Plan!.Gate, reading.Plan.Node));
        Assert.Equal("http://ollama:11434", reading.Plan.Models["llama"].Url.ToString()[..^"/v1".Length]);
    }

    [Fact]
    public void The_starter_loads_without_a_problem_or_warning_and_sets_limits()
    {
        var reading = EstateReader.Read(StarterEstate.Text("lab", "Europe/Madrid"), "gatehouse.yaml");

        Assert.Empty(reading.Problems);
        Assert.Empty(reading.Warnings);
        Assert.Equal(("lab", "Europe/Madrid"), (reading.Plan!.Name, reading.Plan.TimeZone.Id));
        var limits = reading.Plan.Defaults.Limits;
        Assert.NotNull(limits.RequestsPerMinute);
        Assert.NotNull(limits.TokensPerDay);
        Assert.NotNull(limits.Concurrent);
        Assert.NotNull(limits.BytesPerDay);
        Assert.StartsWith("# yaml-language-server: $schema=", StarterEstate.Text("lab"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_starter_cannot_be_made_with_a_name_that_does_not_load() =>
        Assert.Throws<ArgumentException>(() => StarterEstate.Text("a: b"));

    private static bool IsPlainDefault(string? text) =>
        text is not null && !text.Contains(' ', StringComparison.Ordinal) && text.Any(char.IsAsciiDigit);

    // `a.NAME.b[].c` becomes `{a: {NAME: {b: [{c: value}]}}}`.
    private static string Nest(string path, string value)
    {
        var steps = path.Replace("[]", ".[]", StringComparison.Ordinal).Split('.');
        var open = string.Concat(steps.Select(step => step == "[]" ? "[" : $"{{\"{step}\": "));
        var close = string.Concat(steps.Reverse().Select(step => step == "[]" ? "]" : "}"));
        return open + value + close;
    }

    // A section that may also be written as a word is the alternative that is an object.
    private static JsonElement Section(JsonElement shape) =>
        shape.TryGetProperty("type", out _) || !shape.TryGetProperty("oneOf", out var either)
            ? shape : either.EnumerateArray().First(alternative => alternative.TryGetProperty("type", out _));
}
