using System.Net;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Gatehouse.Actions;

namespace Gatehouse.Tests.Binary;

/// <summary>What the verbs print, word for word.</summary>
[Collection(BinaryCollection.Name)]
public sealed partial class ApprovedTextTests
{
    [Fact]
    public async Task Help_of_every_verb()
    {
        var text = new StringBuilder();
        var verbs = new Queue<string[]>([[]]);
        while (verbs.TryDequeue(out var verb))
        {
            var help = (await Child.RunAsync(GateBinary.Path, [.. verb, "--help"])).Expect(0);
            Assert.Equal("", help.Errors);
            text.Append("═══ gatehouse ").AppendJoin(' ', verb).Append('\n').Append(help.Output.TrimEnd())
                .Append("\n\n");
            foreach (var name in VerbsIn(help.Output)) verbs.Enqueue([.. verb, name]);
        }
        Approved.Check("help", text.ToString());
    }

    [Fact]
    public async Task Every_verb_but_groups_has_an_example_in_its_help()
    {
        var verbs = new Queue<string[]>(
            VerbsIn((await Child.RunAsync(GateBinary.Path, ["--help"])).Output).Select(name => new[] { name }));
        Assert.NotEmpty(verbs);
        while (verbs.TryDequeue(out var verb))
        {
            var help = (await Child.RunAsync(GateBinary.Path, [.. verb, "--help"])).Expect(0).Output;
            var below = VerbsIn(help);
            foreach (var name in below) verbs.Enqueue([.. verb, name]);
            if (below.Count == 0) Assert.Matches($@"Examples?:\s+(.* )?gatehouse {string.Join(' ', verb)}", help);
        }
    }

    [Fact]
    public async Task Exit_codes_in_the_help_are_those_of_the_code()
    {
        var help = (await Child.RunAsync(GateBinary.Path, ["--help"])).Output.ReplaceLineEndings(" ");
        var told = CodesLine().Match(Spaces().Replace(help, " ")).Groups[1].Value;
        var codes = typeof(ExitCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (int)field.GetRawConstantValue()!);

        Assert.Equal(
            codes.Order(), Number().Matches(told)
            .Select(match => int.Parse(match.Value, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_starter_home_and_its_jobs()
    {
        var folder = Directory.CreateTempSubdirectory("gatehouse-binary-").FullName;
        try
        {
            var home = Path.Combine(folder, "home");
            var init = (await Child.RunAsync(GateBinary.Path, ["init", "--home", home, "--name", "lab"], ("TZ", "UTC")))
                .Expect(0);
            var again = (await Child.RunAsync(GateBinary.Path, ["init", "--home", home])).Expect(ExitCodes.Unusable);
            var jobs = (await Child.RunAsync(GateBinary.Path, ["jobs", "--home", home])).Expect(0);
            var json = (await Child.RunAsync(GateBinary.Path, ["jobs", "--home", home, "--json"])).Expect(0);

            Approved.Check("init", Plain(Told(init) + Told(again), home) + "═══ gatehouse.yaml\n"
                + await File.ReadAllTextAsync(
                    Path.Combine(home, "gatehouse.yaml"), TestContext.Current.CancellationToken));
            Approved.Check("jobs", Plain(Told(jobs) + Told(json), home));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("jobs")]
    [InlineData("serve")]
    [InlineData("token list")]
    public async Task A_bad_estate(string verb)
    {
        const string bad = """
            estate: 1
            listen: { gate: 127.0.0.1, control: "127.0.0.1:0" }
            modles:
              gpt: { provider: openai, url: "http://127.0.0.1:9/v1", name: gpt-4o-mini }
            sinks:
              log: { kind: fiel, path: /var/log/test.log }
            jobs:
              news:
                models: [gtp]
                source: { kind: rss, url: https://news.example/feed.xml }
                sink: lgo
                limits: { requests-per-minute: -1 }
            """;
        using var home = BinaryHome.Create("", bad);
        var ended = (await home.RunAsync(verb.Split(' '))).Expect(ExitCodes.Unusable);
        Approved.Check("bad-estate-" + verb.Replace(' ', '-'), Plain(Told(ended), home.HomePath));
    }

    [Fact]
    public async Task What_the_ledger_and_its_verbs_print()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        var text = new StringBuilder();
        var token = await home.TokenAsync("news", "--endpoint", "chat", "--ttl", "15m");
        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(token, "[[tokens=3]] the router is down"));
        Assert.Equal(HttpStatusCode.BadGateway, await gate.StatusAsync(token, "[[cut-after=0]] cut"));
        using (await gate.PostAsync("v1/embeddings", """{"model":"gpt","input":"x"}""", token)) { }
        await RunAsync("pause", "news", "--why", "posts nonsense");
        Assert.Equal(HttpStatusCode.Forbidden, await gate.StatusAsync(token));
        await RunAsync("resume", "news");
        await RunAsync("reload");
        await RunAsync("ledger", "show");
        await RunAsync("ledger", "show", "--json");
        await RunAsync("ledger", "stats");
        await RunAsync("ledger", "stats", "--json");
        await RunAsync("ledger", "grep", "router");
        await RunAsync("ledger", "grep", "router", "--json");
        await RunAsync("token", "list");
        await RunAsync("token", "list", "--json");
        await RunAsync("token", "revoke", "tok_none");
        await RunAsync("ledger", "payload", "ex_none");
        await RunAsync("ledger", "checkpoint");
        await RunAsync("ledger", "verify", "--payloads");
        await RunAsync("ledger", "verify", "--json");
        Approved.Check("ledger", Plain(text.ToString(), home.HomePath));

        async Task RunAsync(params string[] words)
            => text.Append("═══ gatehouse ").AppendJoin(' ', words).Append('\n')
                .Append(Told(await home.RunAsync(words))).Append('\n');
    }

    private static string Told(Ended ended) => $"{ended.Output}{Prefix(ended.Errors)}(exit {ended.Exit})\n";

    private static string Prefix(string errors)
        => string.Concat(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"! {line}\n"));

    /// <summary>The text without what is another in every run.</summary>
    private static string Plain(string text, string home)
    {
        text = text.Replace(home, "HOME", StringComparison.Ordinal)
            .Replace(Environment.UserName, "USER", StringComparison.Ordinal);
        text = Id().Replace(text, "$1_ID");
        text = Time().Replace(text, "TIME");
        text = Milliseconds().Replace(text, "    MS ms");
        text = MeanMilliseconds().Replace(text, "$1 MS");
        text = Uid().Replace(text, "$1:UID");
        text = MillisecondsJson().Replace(text, "$1:MS");
        text = Seconds().Replace(text, "in SECONDS s");
        text = Key().Replace(text, "test/stage+KEY");
        text = Signed().Replace(text, "SIGNATURE");
        text = Root().Replace(text, "$1\nROOT\n");
        return CheckpointCount().Replace(text, "$1N");
    }

    private static List<string> VerbsIn(string help)
    {
        var at = help.IndexOf("Commands:\n", StringComparison.Ordinal);
        return at < 0 ? [] : [.. VerbName().Matches(help[at..]).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex(@"^  ([a-z][a-z-]*)\b", RegexOptions.Multiline)]
    private static partial Regex VerbName();

    [GeneratedRegex(@"Exit codes: ([^.]*)\.")]
    private static partial Regex CodesLine();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"\b(ex|tok|act|out|sum|clk)_[0-9a-f]{8}-[0-9a-f-]{27}")]
    private static partial Regex Id();

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?")]
    private static partial Regex Time();

    [GeneratedRegex(@" +\d+ ms")]
    private static partial Regex Milliseconds();

    [GeneratedRegex(@"^(news .*\S) +[0-9]+$", RegexOptions.Multiline)]
    private static partial Regex MeanMilliseconds();

    [GeneratedRegex(@"(""uid""):\d+")]
    private static partial Regex Uid();

    [GeneratedRegex(@"(""duration_ms""):\d+")]
    private static partial Regex MillisecondsJson();

    [GeneratedRegex(@"in \d+\.\d+ s")]
    private static partial Regex Seconds();

    [GeneratedRegex(@"test/stage\+[0-9a-f]{8}\+\S+")]
    private static partial Regex Key();

    [GeneratedRegex(@"— test/stage \S+")]
    private static partial Regex Signed();

    [GeneratedRegex(@"(test/stage\n\d+)\n\S{44}\n")]
    private static partial Regex Root();

    [GeneratedRegex(@"(the tree and |""checkpoints"":)\d+")]
    private static partial Regex CheckpointCount();
}
