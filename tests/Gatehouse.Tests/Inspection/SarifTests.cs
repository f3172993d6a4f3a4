using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Gatehouse.Core.Inspection;

namespace Gatehouse.Tests.Inspection;

/// <summary>The SARIF document has what the standard requires and what code scanning tools ask for beside it.</summary>
public sealed class SarifTests
{
    private static readonly ImmutableArray<Finding> Found = Scenery.Calm.In("lan", "leaky")
        .Having(Contained.Rights with { IsPrivileged = true, MemoryBytes = 0 }).Look();

    [Fact]
    public void A_document_has_every_member_that_the_standard_requires()
    {
        var root = Write(Found);

        Assert.Equal("2.1.0", root.GetProperty("version").GetString());
        var run = Assert.Single(root.GetProperty("runs").EnumerateArray());
        var driver = run.GetProperty("tool").GetProperty("driver");
        Assert.Equal(("Gatehouse", "1.2.3"),
            (driver.GetProperty("name").GetString(), driver.GetProperty("version").GetString()));
        Assert.Equal(InspectionRules.All.Length, driver.GetProperty("rules").GetArrayLength());
        Assert.Equal(Found.Length, run.GetProperty("results").GetArrayLength());
        Assert.All(run.GetProperty("results").EnumerateArray(), result =>
        {
            Assert.NotEmpty(result.GetProperty("message").GetProperty("text").GetString()!);
            // The index must lead to the rule of that id.
            Assert.Equal(result.GetProperty("ruleId").GetString(),
                driver.GetProperty("rules")[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString());
        });
    }

    [Fact]
    public void Severities_become_levels_and_numbers()
    {
        var results = Write(Found).GetProperty("runs")[0].GetProperty("results").EnumerateArray()
            .ToDictionary(
                static one => $"{one.GetProperty("ruleId")} {one.GetProperty("properties").GetProperty("severity")}",
                static one
                    => $"{one.GetProperty("level")} {one.GetProperty("properties").GetProperty("security-severity")}");

        Assert.Equal("error 9.5", results["GH-PRV-001 critical"]);
        Assert.Equal("warning 5.5", results["GH-NET-001 medium"]);
        Assert.Equal("note 2.5", results["GH-LIM-001 low"]);
    }

    [Fact]
    public void A_fingerprint_stands_while_the_words_change_and_differs_between_places()
    {
        var one = Found.First(static finding => finding.Rule.Id == "GH-NET-001");

        Assert.Equal(SarifWriter.Fingerprint(one), SarifWriter.Fingerprint(
            one with { What = "x", Remedy = new Remedy.ByHand("y") }));
        Assert.NotEqual(SarifWriter.Fingerprint(one), SarifWriter.Fingerprint(one with { Key = "other" }));
        Assert.Equal(Found.Length, Found.Select(SarifWriter.Fingerprint).Distinct().Count());
        Assert.Equal(64, SarifWriter.Fingerprint(one).Length);
    }

    [Fact]
    public void A_program_reads_what_to_set_without_the_words()
    {
        var remedies = Write(Found).GetProperty("runs")[0].GetProperty("results").EnumerateArray().ToLookup(
            static one => one.GetProperty("ruleId").GetString(),
            static one => one.GetProperty("properties").GetProperty("remedy"));

        var limit = remedies["GH-LIM-001"].Single();
        Assert.Equal(("set-compose-key", "mem_limit", "2g"), (limit.GetProperty("kind").GetString(),
            limit.GetProperty("key").GetString(), limit.GetProperty("value").GetString()));
        var privileged = remedies["GH-PRV-001"].Single();
        Assert.Equal(("remove-compose-key", "privileged"),
            (privileged.GetProperty("kind").GetString(), privileged.GetProperty("key").GetString()));
        Assert.False(privileged.TryGetProperty("value", out _));
    }

    [Fact]
    public void A_finding_lies_in_its_compose_file()
    {
        var container = Contained.Container with
        {
            User = "",
            Labels = ImmutableSortedDictionary<string, string>.Empty
                .Add("com.docker.compose.project.config_files", "/srv/my stack/compose.yaml,/srv/override.yaml"),
        };
        var found = (Scenery.Calm with { Container = container }).Look();

        var place = Write(found).GetProperty("runs")[0].GetProperty("results")[0].GetProperty("locations")[0];

        Assert.Equal("file:///srv/my%20stack/compose.yaml", place.GetProperty("physicalLocation")
            .GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.Equal("container/news",
            place.GetProperty("logicalLocations")[0].GetProperty("fullyQualifiedName").GetString());
    }

    private static JsonElement Write(IEnumerable<Finding> findings)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) SarifWriter.Write(json, findings, "1.2.3");
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
