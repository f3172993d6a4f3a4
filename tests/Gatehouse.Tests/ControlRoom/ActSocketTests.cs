using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Linux;
using Gatehouse.Tests.Gate;

namespace Gatehouse.Tests.ControlRoom;

/// <summary>Acts over the home's sockets: who may, and what happens to what cannot be understood.</summary>
public sealed class ActSocketTests : IAsyncLifetime
{
    private const string Estate = GateEstates.Rights
        + "\n  taken: { owner: tester, model: gpt, source: { kind: prompt }, sink: none, run-as: nobody }"
        + "\n  small: { owner: tester, model: gpt, source: { kind: prompt }, sink: none, run-as: nobody, "
        + "limits: { bytes-per-day: 8KiB } }"
        + "\n  numbered: { owner: tester, model: gpt, source: { kind: prompt }, sink: none, run-as: 65534 }\n";

    private GateStage _stage = null!;

    public async ValueTask InitializeAsync() => _stage = await GateStage.StartAsync(Estate);

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Fact]
    public async Task The_owner_may_do_everything_and_each_answer_ends_with_its_exit_code()
    {
        var issued = await ActAsync("token.issue", """{"job":"all","ttl":"15m"}""");
        Assert.StartsWith("gth_", issued[0].GetProperty("token").GetString(), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Done, issued[^1].GetProperty("exit").GetInt32());

        var listed = await ActAsync("token.list", "{}");
        Assert.Equal(issued[0].GetProperty("id").GetString(), listed[0].GetProperty("id").GetString());
        foreach (var (act, body) in new[]
        {
            ("pause", """{"job":"all","why":"x"}"""), ("resume", """{"job":"all"}"""), ("ledger.checkpoint", ""),
        })
        {
            Assert.Equal(ExitCodes.Done, (await ActAsync(act, body))[^1].GetProperty("exit").GetInt32());
        }

        Assert.Equal(UserNames.OwnUid, Assert.Single(_stage.Acts("pause")).Uid);
    }

    [Theory]
    [InlineData("POST /acts/nothing", "{}", "no act 'nothing'")]
    [InlineData("POST /acts/", "{}", "POST /acts/NAME")]
    [InlineData("POST /", "{}", "POST /acts/NAME")]
    [InlineData("POST /a", "{}", "POST /acts/NAME")]
    [InlineData("POST /abcde/pause", "{\"all\":\"true\"}", "POST /acts/NAME")]
    [InlineData("GET /acts/token.list", "", "POST /acts/NAME")]
    [InlineData("POST /acts/pause", "[\"all\"]", "not a JSON object of strings")]
    [InlineData("POST /acts/pause", "{\"all\":true}", "not a JSON object of strings")]
    [InlineData("POST /acts/pause", "{\"all\":{\"a\":\"b\"}}", "not a JSON object of strings")]
    [InlineData("POST /acts/pause", "{\"all\":", "not a JSON object of strings")]
    [InlineData("POST /acts/pause", "{}", "needs 'job'")]
    [InlineData("POST /acts/pause", "{\"job\":\"nobody\"}", "no job 'nobody'")]
    [InlineData("POST /acts/token.revoke", "{\"id\":\"tok_1\"}", "no token 'tok_1'")]
    [InlineData("POST /acts/ledger.payload", "{\"id\":\"ex_1\"}", "no exchange 'ex_1'")]
    public async Task What_cannot_be_understood_is_not_done_and_says_so(string request, string body, string why)
    {
        var lines = Parse(await SendAsync(request, body, $"Content-Length: {body.Length}\r\n"));

        Assert.Contains(why, lines[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(ExitCodes.Done, lines[^1].GetProperty("exit").GetInt32());
        Assert.Empty(_stage.Server.Pauses.All);
    }

    [Fact]
    public async Task Arguments_that_are_not_read_whole_are_an_error_and_not_none()
    {
        var chunked = Parse(await SendAsync(
            "POST /acts/pause", "d\r\n{\"all\":\"true\"\r\n1\r\n}\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n"));
        var large = $$"""{"all":"true","why":"{{new string('x', 70_000)}}"}""";
        var tooLarge = Parse(await SendAsync("POST /acts/pause", large, $"Content-Length: {large.Length}\r\n"));

        foreach (var lines in new[] { chunked, tooLarge })
        {
            Assert.Contains("Content-Length", lines[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
            Assert.Equal(ExitCodes.Unusable, lines[^1].GetProperty("exit").GetInt32());
        }

        Assert.Empty(_stage.Server.Pauses.All);
    }

    [Fact]
    public async Task Reading_what_was_said_is_on_record_before_it_is_shown()
    {
        var token = await _stage.TokenAsync("all");
        (await _stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("open sesame"), token)).Dispose();

        var hits = await ActAsync("ledger.grep", """{"text":"open sesame"}""");

        Assert.Contains("open sesame", hits[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        var shown = await ActAsync("ledger.payload", $$"""{"id":"{{hits[0].GetProperty("id").GetString()}}"}""");
        Assert.Contains(shown, line => line.TryGetProperty("payload", out var kind) && kind.GetString() == "received");
        var reads = _stage.Acts("payload.read");
        Assert.Equal(["grep", hits[0].GetProperty("id").GetString()], reads.Select(act => act.Details["what"]));
        Assert.DoesNotContain(
            "sesame", string.Concat(reads.SelectMany(act => act.Details.Values)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_that_could_not_look_everywhere_says_so()
    {
        var token = await _stage.TokenAsync("all");
        (await _stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("open sesame"), token)).Dispose();
        foreach (var key in Directory.GetFiles(Path.Combine(_stage.HomePath, "keys"), "day-*-inputs.key"))
            File.Delete(key);

        var lines = await ActAsync("ledger.grep", """{"text":"sesame"}""");

        Assert.Contains("could not be opened", lines[^1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(ExitCodes.Done, lines[^1].GetProperty("exit").GetInt32());
    }

    [Fact]
    public async Task A_jobs_user_gets_plain_tokens_for_its_own_job_and_nothing_else()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "becoming another user needs root");
        var answers = await AsNobodyAsync(
            ("token.issue", """{"job":"taken"}"""),
            ("token.issue", """{"job":"numbered","ttl":"10m"}"""),
            ("token.issue", """{"job":"all"}"""),
            ("token.issue", "{}"),
            ("token.issue", """{"job":"taken","ttl":"24h"}"""),
            ("token.issue", """{"job":"taken","service":"true","from":"127.0.0.1"}"""),
            ("token.issue", """{"job":"taken","in-url":"true","from":"127.0.0.1"}"""),
            ("exec", """{"job":"all"}"""),
            ("token.list", "{}"), ("token.revoke", """{"id":"x"}"""), ("pause", """{"all":"true"}"""),
            ("resume", """{"all":"true"}"""), ("reload", "{}"), ("ledger.grep", """{"text":"a"}"""),
            ("ledger.payload", """{"id":"x"}"""), ("ledger.checkpoint", "{}"), ("ledger.confirm-clock", "{}"),
            ("control", "{}"));

        Assert.All(answers[..2], lines => Assert.Equal(ExitCodes.Done, lines[^1].GetProperty("exit").GetInt32()));
        Assert.All(answers[2..^1], lines => Assert.NotEqual(ExitCodes.Done, lines[^1].GetProperty("exit").GetInt32()));
        Assert.All(answers[2..^1], lines => Assert.Single(lines));
        Assert.Equal("EACCES", answers[^1][0].GetProperty("error").GetString());
        Assert.Empty(_stage.Server.Pauses.All);
        Assert.All(_stage.Acts("token.issue"), act => Assert.Equal((65534, "nobody"), (act.Uid, act.Who)));
        var token = answers[0][0].GetProperty("token").GetString();
        using var response = await _stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hello"), token);
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_jobs_user_that_loops_gets_a_few_tokens_a_minute_and_leaves_the_others_alone()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "becoming another user needs root");
        var answers = await AsNobodyAsync([.. Enumerable.Repeat(
            ("token.issue", """{"job":"taken","ttl":"1s","model":"gpt,gpt,gpt","endpoint":"chat,chat"}"""), 40)]);

        var refused = answers.Where(lines => lines[^1].GetProperty("exit").GetInt32() != ExitCodes.Done).ToList();
        Assert.Equal(10, refused.Count);
        Assert.All(refused, lines => Assert.Contains(
            "in the last minute", lines[0].GetProperty("error").GetString(), StringComparison.Ordinal));
        Assert.Equal(30, _stage.Acts("token.issue").Count);
        Assert.All(_stage.Acts("token.issue"), act =>
            Assert.Equal(("gpt", "chat"), (act.Details["models"], act.Details["endpoints"])));
        Assert.Equal(
            ExitCodes.Done, (await AsNobodyAsync(("token.issue", """{"job":"numbered"}""")))[0][^1]
                .GetProperty("exit").GetInt32());
    }

    [Fact]
    public async Task What_a_jobs_user_asks_for_counts_against_the_jobs_bytes_of_the_day()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "becoming another user needs root");
        var large = $$"""{"job":"small","ttl":"1s","model":"{{string.Join(',', Enumerable.Repeat("gpt", 2000))}}"}""";
        var answers = await AsNobodyAsync(
            [("token.issue", large), .. Enumerable.Repeat(("token.issue", """{"job":"small","ttl":"1s"}"""), 29)]);

        Assert.Contains("Content-Length", answers[0][0].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains(
            "limits.bytes-per-day", answers[^1][0].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.InRange(_stage.Acts("token.issue").Count, 5, 28);
        using var call = await _stage.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat(new string('z', 3000)),
            await _stage.TokenAsync("small"));
        Assert.Equal("byte_budget", call.Headers.GetValues("X-Gatehouse-Reason").Single());
    }

    [Fact]
    public async Task A_jobs_user_that_keeps_connections_open_displaces_its_own_and_nobody_elses()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "becoming another user needs root");
        const string script = """
            const http = require('node:http'), net = require('node:net');
            const socketPath = `${process.argv[1]}/tokens.sock`;
            const ask = (agent) => new Promise((resolve) => {
              const request = http.request({ socketPath, agent, path: '/acts/none', method: 'POST' }, (answer) => {
                answer.resume(); answer.on('end', () => resolve());
              });
              request.on('error', () => resolve()); request.end();
            });
            for (let i = 0; i < 100; i++) net.connect(socketPath).on('error', () => {});
            (async () => {
              await Promise.all(Array.from({ length: 200 }, () => ask(new http.Agent({ keepAlive: true }))));
              // One after the other: each has been answered, and stays open, before the next one connects.
              for (let i = 0; i < 100; i++) await ask(new http.Agent({ keepAlive: true }));
              console.log('open'); setTimeout(() => {}, 60000);
            })();
            """;
        using var hog = Process.Start(AsNobody("node", "-e", script, "--", _stage.HomePath))!;
        try
        {
            Assert.Equal("open", await hog.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
            Assert.InRange(_stage.Server.JobUsers.Count, 1, 32);
            Assert.InRange(_stage.Server.JobUsers.TurnedAway, 300, 400);
            foreach (var lines in await AsNobodyAsync(("token.issue", """{"job":"taken"}""")))
                Assert.Equal(ExitCodes.Done, lines[^1].GetProperty("exit").GetInt32());
            using var owner = await RawCaller.ConnectAsync(
                new UnixDomainSocketEndPoint(_stage.Server.Home.TokensSocket));
            await owner.SendAsync("POST /acts/token.list HTTP/1.1\r\nHost: gatehouse\r\nContent-Length: 0\r\n\r\n");
            Assert.StartsWith(
                "HTTP/1.1 200", await owner.ReceiveUntilAsync("\"exit\":0"), StringComparison.Ordinal);
        }
        finally
        {
            hog.Kill();
        }
    }

    /// <summary>
    /// Asks over the tokens socket as another user, one act after the other; <c>control</c> means the owner's socket.
    /// </summary>
    private async Task<List<List<JsonElement>>> AsNobodyAsync(params (string Act, string Body)[] acts)
    {
        const string script = """
            const http = require('node:http');
            const ask = (socketPath, act, body) => new Promise((resolve) => {
              const headers = { 'content-length': Buffer.byteLength(body) };
              const request = http.request({ socketPath, path: `/acts/${act}`, method: 'POST', headers }, (answer) => {
                let text = ''; answer.on('data', (part) => { text += part; }); answer.on('end', () => resolve(text));
              });
              request.on('error', (error) => resolve(JSON.stringify({ error: error.code }) + '\n'));
              request.end(body);
            });
            (async () => {
              for (const [act, body] of JSON.parse(process.argv[1])) {
                const socket = act === 'control' ? 'control.sock' : 'tokens.sock';
                console.log(JSON.stringify(await ask(`${process.argv[2]}/${socket}`, act, body)));
              }
            })();
            """;
        var plan = JsonSerializer.Serialize(acts.Select(act => new[] { act.Act, act.Body }));
        using var process = Process.Start(AsNobody("node", "-e", script, "--", plan, _stage.HomePath))!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.Equal(0, process.ExitCode);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => Parse(JsonSerializer.Deserialize<string>(line)!))];
    }

    private static ProcessStartInfo AsNobody(params string[] command) => new(
        "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", .. command])
    { RedirectStandardOutput = true };

    private async Task<List<JsonElement>> ActAsync(string act, string body) =>
        Parse(await SendAsync($"POST /acts/{act}", body, $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n"));

    private async Task<string> SendAsync(string request, string body, string headers)
    {
        using var caller = await RawCaller.ConnectAsync(new UnixDomainSocketEndPoint(_stage.Server.Home.ControlSocket));
        await caller.SendAsync($"{request} HTTP/1.1\r\nHost: gatehouse\r\nConnection: close\r\n{headers}\r\n{body}");
        return await caller.ReceiveToEndAsync();
    }

    /// <summary>The JSON lines of an answer, chunked or not.</summary>
    private static List<JsonElement> Parse(string text) =>
    [
        .. text.Split('\n').Where(line => line.StartsWith('{'))
            .Select(line => JsonDocument.Parse(line[..(line.LastIndexOf('}') + 1)]).RootElement),
    ];
}
