using System.CommandLine;
using System.Text.Json;
using Gatehouse.Cli;

namespace Gatehouse.Tests.Cli;

/// <summary><c>init</c> and <c>jobs</c>, run as a person runs them, in a directory of their own.</summary>
public sealed class EstateCommandsTests : IDisposable
{
    private const string TwoJobs = """
        estate: 1
        models: { m: { provider: ollama, url: http://127.0.0.1:11434 } }
        sinks:
          mastodon: { kind: mastodon, url: https://social.example }
        jobs:
          calm: { owner: o, model: m, trigger: manual, source: prompt, sink: none, can:
            { alter-data: false, send-externally: false, receive-feedback: false, change-itself: false } }
          posting-every-morning-with-a-long-name: { owner: o, model: m, trigger: { cron: "0 7 * * *" },
            source: { kind: rss, url: https://news.example/feed.xml }, sink: mastodon }
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("gatehouse-estate-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Init_writes_a_closed_home_that_jobs_accepts()
    {
        var home = Path.Combine(_root, "home");

        Assert.Equal(0, Run(["init", "--home", home, "--name", "lab"]).Code);

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = Path.Combine(home, "gatehouse.yaml");
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(home));
        Assert.Equal(Owner, File.GetUnixFileMode(file));
        Assert.Contains("name: lab", File.ReadAllText(file), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(home, "estate.schema.json")));
        var (code, _, errors) = Run(["jobs", "--home", home]);
        Assert.Equal((0, ""), (code, errors));
    }

    [Fact]
    public void Init_never_overwrites_an_estate()
    {
        WriteEstate("mine: true");

        var (code, _, errors) = Run(["init", "--home", _root]);

        Assert.Equal(2, code);
        Assert.Contains("is already there", errors, StringComparison.Ordinal);
        Assert.Equal("mine: true", File.ReadAllText(Path.Combine(_root, "gatehouse.yaml")));
    }

    [Fact]
    public void Init_leaves_the_rights_of_a_directory_in_use_alone_and_says_so()
    {
        File.WriteAllText(Path.Combine(_root, "other"), "");
        const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(_root, Open);

        var (code, _, errors) = Run(["init", "--home", _root]);

        Assert.Equal(0, code);
        Assert.Equal(Open, File.GetUnixFileMode(_root));
        Assert.Contains("chmod 700", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Init_refuses_a_name_that_would_not_load_and_writes_nothing()
    {
        var home = Path.Combine(_root, "home");

        Assert.Equal(2, Run(["init", "--home", home, "--name", "a: b"]).Code);
        Assert.False(Directory.Exists(home));
    }

    [Fact]
    public void Jobs_prints_the_riskiest_first_with_every_reason_in_80_columns_without_colour()
    {
        WriteEstate(TwoJobs);

        var (code, output, _) = Run(["jobs", "--home", _root]);

        Assert.Equal(0, code);
        Assert.DoesNotContain('\u001b', output);
        var lines = output.Split('\n');
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.All(lines, line => Assert.Equal(line.TrimEnd(), line));
        Assert.True(
            output.IndexOf("posting-every-morning-with-a-long-name: critical", StringComparison.Ordinal)
            < output.IndexOf("calm: low 0", StringComparison.Ordinal));
        Assert.Contains("+2 Outsiders can write what it reads (rss).", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Jobs_prints_one_object_a_line_as_JSON()
    {
        WriteEstate(TwoJobs);

        var lines = Run(["jobs", "--home", _root, "--json"]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(2, lines.Length);
        using var first = JsonDocument.Parse(lines[0]);
        using var second = JsonDocument.Parse(lines[1]);
        Assert.Equal("posting-every-morning-with-a-long-name", first.RootElement.GetProperty("job").GetString());
        Assert.Equal("critical", first.RootElement.GetProperty("level").GetString());
        Assert.True(first.RootElement.GetProperty("flagged").GetBoolean());
        Assert.Equal(
            first.RootElement.GetProperty("score").GetInt32(),
            first.RootElement.GetProperty("reasons").EnumerateArray().Sum(r => r.GetProperty("points").GetInt32()));
        Assert.Equal("calm", second.RootElement.GetProperty("job").GetString());
        Assert.Empty(second.RootElement.GetProperty("reasons").EnumerateArray());
    }

    [Fact]
    public void Jobs_prints_every_problem_of_an_unusable_estate_and_exits_with_2()
    {
        WriteEstate("estate: 1\njbos: {}\nmodels: { m: { provider: x, url: y } }\njobs: {}");

        var (code, output, errors) = Run(["jobs", "--home", _root]);

        Assert.Equal((2, ""), (code, output));
        var file = Path.Combine(_root, "gatehouse.yaml");
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal($"{file}:2:1: error: jbos: unknown key `jbos`; did you mean `jobs`?", lines[0]);
        Assert.StartsWith($"{file}:3:26: error: models.m.provider: ", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Jobs_prints_warnings_beside_the_table()
    {
        WriteEstate(TwoJobs.Replace(
            "11434 }", "11434, credential: env:K }", StringComparison.Ordinal));

        var (code, _, errors) = Run(["jobs", "--home", _root]);

        Assert.Equal(0, code);
        Assert.Contains(":2:75: warning: models.m.credential: `env:` shows", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Jobs_says_what_to_do_where_no_estate_is()
    {
        var (code, _, errors) = Run(["jobs", "--home", Path.Combine(_root, "none")]);

        Assert.Equal(2, code);
        Assert.Contains("`gatehouse init` writes one", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused_as_such()
    {
        File.WriteAllBytes(Path.Combine(_root, "gatehouse.yaml"), [0x65, 0xff, 0xfe]);

        var (code, _, errors) = Run(["jobs", "--home", _root]);

        Assert.Equal(2, code);
        Assert.Contains("not UTF-8", errors, StringComparison.Ordinal);
    }

    private void WriteEstate(string text) => File.WriteAllText(Path.Combine(_root, "gatehouse.yaml"), text);

    private static (int Code, string Output, string Errors) Run(string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var root = new RootCommand { JobsCommand.Create(), InitCommand.Create() };
        var code = root.Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = errors });
        return (code, output.ToString(), errors.ToString());
    }
}
