namespace Gatehouse.Tests.Estate;

/// <summary>The estate file that the documents show, taken from there, so that the documents cannot be wrong.</summary>
internal static class SampleEstate
{
    public static string Text { get; } = FirstYamlOf(Repository.PathOf("docs", "estate.md"));

    private static string FirstYamlOf(string document) =>
        File.ReadAllText(document).Split("```yaml\n", 2)[1].Split("```\n", 2)[0];
}
