using System.CommandLine;
using System.Text.Json;
using Gatehouse.Cli;
using Gatehouse.Core.Discovery;
using Gatehouse.Core.Estate;
using Gatehouse.Discovery;
using Gatehouse.Estate;

namespace Gatehouse.Tests.Discovery;

/// <summary><c>gatehouse discover</c>: what it prints, what it writes, and what it leaves alone.</summary>
public sealed class DiscoverTests : IDisposable
{
    private const string Stack = """
        services:
          ollama: { image: "ollama/ollama", ports: ["11434:11434"] }
          open-webui:
            image: ghcr.io/open-webui/open-webui:main
            environment:
              { OLLAMA_BASE_URL: "http://ollama:11434", DEFAULT_MODELS: "llama3.2:3b", OPENAI_API_KEY: sk-none1234 }
            volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
        """;

    private readonly string _home = Directory.CreateTempSubdirectory("gatehouse-discover-").FullName;
    private readonly FakeHost _host = new();

    public void Dispose()
    {
        _host.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task A_host_is_shown_in_80_columns_with_its_evidence_and_what_was_not_looked_at()
    {
        _host.Put("/srv/ai/compose.yaml", Stack).Put("/srv/old/compose.yaml", "services: [");
        var result = await Search(null);

        using var output = new StringWriter();
        DiscoverText.Write(Classifier.Find(result.Observations), result, output);

        var text = output.ToString();
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 80 && line == line.TrimEnd(), line));
        Approved.Check("discover", text);
    }

    [Fact]
    public async Task The_same_host_as_JSON_is_one_object_a_line()
    {
        _host.Put("/srv/ai/compose.yaml", Stack);
        var result = await Search(null);

        using var output = new StringWriter();
        DiscoverJson.Write(Classifier.Find(result.Observations), result, output);

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(["job", "server", "bypass", "bypass", "looked", "looked", "skipped"],
            lines.Select(line => line.GetProperty("kind").GetString()));
        Assert.Equal("http://ollama:11434", lines[0].GetProperty("evidence").EnumerateArray()
            .Single(piece => piece.GetProperty("kind").GetString() == "model-url").GetProperty("value").GetString());
        Assert.Contains("model: ollama", lines[0].GetProperty("entry").GetProperty("yaml").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_written_is_known_afterwards_and_the_file_keeps_its_rights()
    {
        _host.Put("/srv/ai/compose.yaml", Stack);
        var file = Path.Combine(_home, "gatehouse.yaml");
        File.WriteAllText(file, StarterEstate.Text("home"));
        const UnixFileMode Rights = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        File.SetUnixFileMode(file, Rights);
        var before = EstateReader.Read(File.ReadAllText(file), file).Plan!;

        var discoveries = Classifier.Find((await Search(before)).Observations);
        Assert.IsType<EstateEdit.Done>(EstateAppend.Write(_home, Classifier.EntriesOf(discoveries)));
        Assert.IsType<EstateEdit.Done>(
            EstateAppend.Write(Path.Combine(_home, "new"), Classifier.EntriesOf(discoveries)));
        Assert.DoesNotMatch(" \n", File.ReadAllText(Path.Combine(_home, "new", "gatehouse.yaml")));

        Assert.Equal(Rights, File.GetUnixFileMode(file));
        Assert.StartsWith(StarterEstate.Text("home")[..400], File.ReadAllText(file), StringComparison.Ordinal);
        var after = EstateReader.Read(File.ReadAllText(file), file).Plan!;
        var again = Classifier.Find((await Search(after)).Observations);
        Assert.Equal(("open-webui", DiscoveredState.Known), (again[0].Name, again[0].State));
        Assert.Equal(
            ["chat", "log-classifier"], again.Where(discovered => discovered.State == DiscoveredState.Missing)
                .Select(discovered => discovered.Name));
        Assert.Empty(Classifier.EntriesOf(again).Jobs);
        Assert.Equal(["gatehouse.yaml"], Directory.GetFiles(_home).Select(Path.GetFileName));
    }

    [Fact]
    public void An_entry_that_the_estate_refuses_keeps_no_other_one_out()
    {
        static JobDraft Job(string key, string model) => new()
        {
            Key = key,
            Owner = "me",
            Models = [model],
            Source = new SourceDraft(SourceKind.Prompt),
            Sink = "stdout",
        };
        var draft = new EstateDraft
        {
            Models =
            [
                new ModelDraft("cloud", ModelProvider.OpenAI, "https://api.openai.com/v1")
                    { Credential = "env:credential openAiApi" },
                new ModelDraft("local", ModelProvider.Ollama, "http://ollama:11434") { Name = "*" },
            ],
            Jobs = [Job("digest", "cloud"), Job("chat", "local")],
        };

        var (edit, fit) = EstateAppend.WriteWhatFits(_home, draft);

        Assert.Equal(["chat"], Assert.IsType<EstateEdit.Done>(edit).Plan.Jobs.Keys);
        Assert.Equal("digest", Assert.Single(fit.Left).Job);
        Assert.DoesNotContain("cloud", File.ReadAllText(Path.Combine(_home, "gatehouse.yaml")));
    }

    [Fact]
    public async Task What_is_shown_of_a_workflow_keeps_its_letters_its_path_and_the_marks_of_its_keys()
    {
        var folder = "/srv/" + string.Join('/', Enumerable.Repeat("a-folder-with-a-long-name-that-people-use", 5));
        _host.Put($"{folder}/1.json", """
            {"name":"\ud83e\udd16 Ask","active":true,"nodes":[
            {"name":"M","type":"@n8n/n8n-nodes-langchain.lmChatOpenAi","parameters":{"model":"gpt-4o"},
             "credentials":{"openAiApi":{"id":"1","name":"k"}}},
            {"name":"D","type":"n8n-nodes-base.postgres","parameters":{}}],"connections":{}}
            """);
        var discoveries = Classifier.Find((await Search(null)).Observations);
        var discovered = Assert.Single(discoveries, one => one.Kind == DiscoveredKind.Job);

        Assert.Equal($"{folder}/1.json workflow \U0001F916 Ask", Assert.Single(discovered.Places));
        Assert.Contains("It reads or writes a database (node postgres).", discovered.Notes);
        var yaml = EstateEditor.Snippet(Classifier.EntriesOf([discovered]));
        Assert.Contains("check `sink`", yaml, StringComparison.Ordinal);
        Assert.Contains("\U0001F916 Ask", yaml, StringComparison.Ordinal);
        Assert.Contains("env:OPENAI_API_KEY", yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void An_estate_that_cannot_be_read_is_said_and_left_alone()
    {
        var file = Path.Combine(_home, "gatehouse.yaml");
        File.WriteAllText(file, "estate: 1\njbos: {}\n");

        var (code, output, errors) = Run("discover", "--write", "--home", _home, "--docker", "/nowhere.sock");

        Assert.Equal((2, ""), (code, output));
        Assert.Contains("unknown key `jbos`", errors, StringComparison.Ordinal);
        Assert.Equal("estate: 1\njbos: {}\n", File.ReadAllText(file));
    }

    [Fact]
    public async Task No_file_of_the_host_is_changed_by_looking()
    {
        _host.Put("/srv/ai/compose.yaml", Stack).Put("/etc/crontab", "0 7 * * * root ollama run llama3.2 hi\n");
        var before = Tree();

        await Search(null);

        Assert.Equal(before, Tree());

        string Tree() => string.Join('\n', Directory.GetFiles(_host.Root, "*", SearchOption.AllDirectories).Order()
            .Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O} {File.ReadAllText(path)}"));
    }

    private Task<HostSearchResult> Search(EstatePlan? estate)
        => new HostSearch { Root = _host.Root, Docker = "/nowhere/docker.sock" }
            .ScanAsync(estate, TestContext.Current.CancellationToken);

    private static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var root = new RootCommand { DiscoverCommand.Create() };
        var code = root.Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = errors });
        return (code, output.ToString(), errors.ToString());
    }
}
