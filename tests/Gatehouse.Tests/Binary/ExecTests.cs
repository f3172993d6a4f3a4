using System.Globalization;
using System.Net;
using Gatehouse.Actions;

namespace Gatehouse.Tests.Binary;

/// <summary><c>gatehouse exec</c>: what a cron job's command gets, and what it leaves behind.</summary>
[Collection(BinaryCollection.Name)]
public sealed class ExecTests
{
    private const string WithSecret = "credential: env:GPT_SECRET }";

    private static readonly string Estate = BinaryEstates.Usual.Replace(
        "name: gpt-4o-mini }", "name: gpt-4o-mini, " + WithSecret, StringComparison.Ordinal);

    [Fact]
    public async Task The_command_gets_what_clients_read_and_nothing_of_the_gates_own_secrets()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address, Estate);
        await using var gate = await ServeWithSecretAsync(home);

        await using var exec = home.Start(Words("env"),
            ("GPT_SECRET", "very secret"), ("GATEHOUSE_HOME", home.HomePath), ("GATEHOUSE_ANYTHING", "x"),
            ("KEPT", "yes"), ("ANTHROPIC_AUTH_TOKEN", "own"));
        var ended = (await exec.EndAsync()).Expect(0);

        var variables = ended.Lines.Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var (root, token) = (gate.Url.ToString().TrimEnd('/'), variables["OPENAI_API_KEY"]);
        Assert.StartsWith("gth_", token, StringComparison.Ordinal);
        Assert.Equal(token, variables["ANTHROPIC_API_KEY"]);
        Assert.Equal(root + "/v1", variables["OPENAI_BASE_URL"]);
        Assert.Equal(root, variables["ANTHROPIC_BASE_URL"]);
        Assert.Equal($"{root}/t/{token}", variables["OLLAMA_HOST"]);
        Assert.Equal("yes", variables["KEPT"]);
        Assert.DoesNotContain("ANTHROPIC_AUTH_TOKEN", variables.Keys);
        Assert.DoesNotContain("very secret", ended.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(variables.Keys, name => name.StartsWith("GATEHOUSE_", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("kill -KILL $$", 128 + Signals.Kill)]
    [InlineData("kill -TERM $$", 128 + Signals.Terminate)]
    public async Task The_exit_code_is_the_commands(string script, int exit)
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();

        (await home.RunAsync([.. Words("sh", "-c", script)])).Expect(exit);
        (await home.RunAsync([.. Words("/no/such/program")])).Expect(127);
        (await home.RunAsync([.. Words("/etc/passwd")])).Expect(126);
        // The gate sees the end when the connection closes, a moment after the command's own.
        for (var tries = 0; tries < 100 && (await home.ActsAsync()).Count(act => act == "exec.end") < 3; tries++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal(3, (await home.ActsAsync()).Count(act => act == "exec.end"));
    }

    [Theory]
    [InlineData(Signals.Terminate, "TERM")]
    [InlineData(Signals.Interrupt, "INT")]
    [InlineData(Signals.Hangup, "HUP")]
    [InlineData(Signals.User1, "USR1")]
    public async Task A_signal_reaches_the_command_which_decides_what_it_means(int signal, string name)
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        await using var exec = home.Start(
            Words("sh", "-c", $"trap 'echo caught; exit 41' {name}; echo ready >&2; while :; do sleep 0.02; done"));
        await exec.WaitForErrorsAsync(new("ready"));

        exec.Signal(signal);

        Assert.Equal("caught", (await exec.EndAsync()).Expect(41).LastLine);
    }

    [Fact]
    public async Task A_command_that_takes_its_time_to_end_after_a_signal_gets_it()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        await using var exec = home.Start(Words("sh", "-c",
            "trap 'sleep 2.5; echo \"$OPENAI_API_KEY\"; exit 41' TERM; echo ready >&2; while :; do sleep 0.02; done"));
        await exec.WaitForErrorsAsync(new("ready"));

        exec.Signal(Signals.Terminate);

        Assert.StartsWith("gth_", (await exec.EndAsync()).Expect(41).LastLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_works_while_the_command_runs_and_is_dead_after_its_end()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        await using var command = await RunningCommand.StartAsync(home);
        Assert.Equal(HttpStatusCode.OK, await gate.StatusAsync(command.Token));

        command.Exec.Signal(Signals.Terminate);
        (await command.Exec.EndAsync()).Expect(128 + Signals.Terminate);

        await AssertDiesAsync(gate, command.Token);
    }

    [Fact]
    public async Task The_token_dies_with_exec_when_that_is_killed()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        await using var command = await RunningCommand.StartAsync(home);

        await command.Exec.KillAsync();

        await AssertDiesAsync(gate, command.Token);
        Assert.Contains("exec.end", await home.ActsAsync());
    }

    [Fact]
    public async Task The_token_dies_with_the_gate_when_that_is_killed_and_the_command_goes_on()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var killed = await home.ServeAsync();
        await using var command = await RunningCommand.StartAsync(home);

        await killed.Child.KillAsync();
        await using var gate = await home.ServeAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await gate.StatusAsync(command.Token));
        Assert.False(command.Exec.HasExited);
    }

    [Fact]
    public async Task The_homes_owner_is_refused_unless_that_is_asked_for()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();

        var refused = (await home.RunAsync("exec", "--job", "news", "--", "echo", "ran")).Expect(ExitCodes.Unusable);

        Assert.Equal("", refused.Output);
        Assert.Contains("--same-user", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_jobs_own_user_gets_tokens_for_that_job_only()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "becoming another user needs root");
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address, BinaryEstates.Usual + "    run-as: 65534\n");
        await using var gate = await home.ServeAsync();
        using var binary = PublicCopy.OfBinary();

        var (own, other) = (await AsNobodyAsync("tagger"), await AsNobodyAsync("news"));

        Assert.Equal("65534", own.Expect(0).LastLine);
        Assert.Contains(
            "run-as: does not name this user", other.Expect(ExitCodes.Failed).Errors, StringComparison.Ordinal);

        Task<Ended> AsNobodyAsync(string job) => Child.RunAsync("setpriv",
        [
            "--reuid=65534", "--regid=65534", "--clear-groups",
            binary.Path, "exec", "--job", job, "--home", home.HomePath, "--", "id", "-u",
        ]);
    }

    [Fact]
    public async Task Without_a_gate_the_command_is_not_started()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);

        var refused = (await home.RunAsync([.. Words("touch", home.PathOf("started"))])).Expect(ExitCodes.Unavailable);

        Assert.False(File.Exists(home.PathOf("started")));
        Assert.Contains("No gate runs on", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Real_clients_work_under_exec_with_its_variables_alone()
    {
        const string script = """
            const { default: OpenAI } = await import('openai');
            const { default: Anthropic } = await import('@anthropic-ai/sdk');
            const { Ollama } = await import('ollama');
            const ask = { messages: [{ role: 'user', content: '[[tokens=1]] hello' }] };
            const chat = await new OpenAI().chat.completions.create({ model: 'gpt', ...ask });
            const message = await new Anthropic().messages.create({ model: 'claude', max_tokens: 9, ...ask });
            const answer = await new Ollama({ host: process.env.OLLAMA_HOST }).chat({ model: 'llama', ...ask });
            console.log([chat.choices[0].message.content, message.content[0].text, answer.message.content].join('|'));
            """;
        await Clients.NodePackages.InstallOnceAsync("clients");
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();

        var folder = Repository.PathOf("tests", "clients");
        var ended = await home.RunAsync(
            [.. Words("sh", "-c", "cd \"$1\" && node --input-type=module -e \"$2\"", "sh", folder, script)]);

        Assert.Equal("word0|word0|word0", ended.Expect(0).LastLine.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(3, (await home.OutcomesAsync()).Values.Count(outcome => outcome == "completed"));
    }

    private static string[] Words(params string[] command)
        => ["exec", "--job", "news", "--same-user", "--", .. command];

    private static Task<BinaryGate> ServeWithSecretAsync(BinaryHome home)
        => BinaryGate.StartAsync(home, home.Start(["serve"], ("GPT_SECRET", "very secret")));

    /// <summary>The gate sees that a connection is closed a moment after it is.</summary>
    private static async Task AssertDiesAsync(BinaryGate gate, string token)
    {
        var last = HttpStatusCode.OK;
        for (var tries = 0; tries < 100 && last != HttpStatusCode.Unauthorized; tries++)
        {
            await Task.Delay(10);
            last = await gate.StatusAsync(token);
        }
        Assert.Equal(HttpStatusCode.Unauthorized, last);
    }

    /// <summary>A command under exec that says its token and waits. Its own process is ended with the test.</summary>
    private sealed class RunningCommand(Child exec, string token, int pid) : IAsyncDisposable
    {
        public Child Exec => exec;

        public string Token => token;

        public static async Task<RunningCommand> StartAsync(BinaryHome home)
        {
            var exec = home.Start(Words("sh", "-c", "echo \"command $$ $OPENAI_API_KEY\" >&2; exec sleep 120"));
            var said = await exec.WaitForErrorsAsync(new(@"command (\d+) (\S+)\n"));
            return new RunningCommand(
                exec, said.Groups[2].Value, int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture));
        }

        public async ValueTask DisposeAsync()
        {
            if (Directory.Exists($"/proc/{pid}")) Signals.Send(pid, Signals.Kill);
            await exec.DisposeAsync();
        }
    }
}
