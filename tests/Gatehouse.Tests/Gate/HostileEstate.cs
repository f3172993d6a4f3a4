namespace Gatehouse.Tests.Gate;

/// <summary>An estate whose jobs the hostile tests name; each line of a job is added to what all have.</summary>
internal static class HostileEstate
{
    private const string Head = """
        estate: 1
        name: test
        node: hostile
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          llama:  { provider: ollama, url: "{model}", name: "llama3.2:3b" }
          gpt:    { provider: openai, url: "{model}/v1", name: gpt-4o-mini }
          claude: { provider: anthropic, url: "{model}", name: claude-haiku-4-5 }
        jobs:

        """;

    /// <summary>Jobs by key, with what sets each apart, as text inside of a flow mapping; may be empty.</summary>
    public static string Of(params (string Job, string More)[] jobs) => Head + string.Concat(jobs.Select(job =>
        $"  {job.Job}: {{ owner: tester, models: [llama, gpt, claude], source: {{ kind: prompt }}, sink: none"
        + (job.More.Length == 0 ? " }\n" : $", {job.More} }}\n")));
}
