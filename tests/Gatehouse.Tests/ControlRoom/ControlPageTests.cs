using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gatehouse.Tests.Gate;

namespace Gatehouse.Tests.ControlRoom;

/// <summary>What people reach over TCP: it shows, to this machine only, and never what was said.</summary>
public sealed partial class ControlPageTests(RightsStage stage) : IClassFixture<RightsStage>
{
    private static readonly string[] Paths = ["/", "/healthz", "/readyz", "/metrics"];

    [Theory]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:8421", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("127.9.9.9:1", 200)]
    [InlineData("[::1]:8421", 200)]
    [InlineData("evil.example", 421)]
    [InlineData("localhost.evil.example", 421)]
    [InlineData("127.0.0.1.evil.example", 421)]
    [InlineData("192.168.1.2", 421)]
    [InlineData("0.0.0.0", 421)]
    [InlineData("[::ffff:10.0.0.1]", 421)]
    [InlineData("", 421)]
    public async Task Only_names_of_this_machine_are_answered_so_that_a_rebound_name_reads_nothing(
        string host, int status)
    {
        foreach (var path in (string[])[.. Paths, "/live", "/nothing"])
        {
            var answer = await RawAsync(
                $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", path == "/live");

            if (status == 421 || path != "/nothing")
                Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
            if (status == 421)
                Assert.DoesNotContain("gatehouse_", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    public async Task Nothing_can_be_written_here(string method)
    {
        foreach (var path in (string[])[.. Paths, "/live", "/acts/pause", "/acts/token.issue"])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(stage.Gate.ControlUrl, path));
            request.Content = new StringContent("""{"job":"all"}""");
            request.Headers.TryAddWithoutValidation("Origin", "http://evil.example");
            using var response = await stage.Gate.Client.SendAsync(request, Stop);

            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        }

        Assert.Null(stage.Gate.Server.Pauses.For("all"));
    }

    [Fact]
    public async Task Every_page_keeps_browsers_from_doing_more_than_showing_it()
    {
        foreach (var path in (string[])[.. Paths, "/nothing"])
        {
            using var response = await stage.Gate.Client.GetAsync(new Uri(stage.Gate.ControlUrl, path), Stop);

            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
            Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_page_needs_nothing_from_elsewhere()
    {
        var page = await stage.Gate.ControlAsync("/");

        page = page.Replace("http://www.w3.org/", "", StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script src", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_prometheus_text_and_agree_with_what_happened()
    {
        await using var own = await GateStage.StartAsync();
        var token = await own.TokenAsync("all");
        foreach (var prompt in (string[])["hello", "hello", "[[cut-after=1]]"])
            (await own.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat(prompt), token)).Dispose();
        (await own.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hi", model: "no"), token)).Dispose();
        (await own.PostAsync("/v1/chat/completions", GateTexts.OpenAiChat("hi"), "junk")).Dispose();
        (await own.SendAsync(HttpMethod.Get, "/v1/models", null, token)).Dispose();

        var samples = Parse(await own.ControlAsync("/metrics"));
        // The last answer reaches its caller a moment before the call is over.
        for (var i = 0; i < 100 && samples["gatehouse_calls_in_flight"] > 0; i++)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
            samples = Parse(await own.ControlAsync("/metrics"));
        }

        Assert.Equal(2, samples["gatehouse_calls_total{job=\"all\",model=\"gpt\",outcome=\"completed\"}"]);
        Assert.Equal(1, samples["gatehouse_calls_total{job=\"all\",model=\"gpt\",outcome=\"upstream_truncated\"}"]);
        Assert.Equal(1, samples["gatehouse_refusals_total{reason=\"model_not_found\"}"]);
        Assert.Equal(1, samples["gatehouse_unidentified_total{reason=\"bad_token\"}"]);
        Assert.Equal(1, samples["gatehouse_local_answers_total"]);
        Assert.True(samples["gatehouse_outbound_total{client=\"models\",event=\"connection\"}"] > 0);
        Assert.Equal(0, samples["gatehouse_outbound_total{client=\"models\",event=\"destination_refused\"}"]);
        Assert.Equal(1, samples["gatehouse_ledger_writable"]);
        Assert.Equal(0, samples["gatehouse_calls_in_flight"]);
        Assert.Equal(3, samples["gatehouse_call_seconds_count"]);
        Assert.Equal(3, samples["gatehouse_call_seconds_bucket{le=\"+Inf\"}"]);
        Assert.True(samples["gatehouse_tokens_total{job=\"all\",model=\"gpt\",direction=\"input\"}"] > 0);
        Assert.True(samples["gatehouse_ledger_entries"] >= 8);
        var buckets = samples.Where(
            sample => sample.Key.StartsWith("gatehouse_call_seconds_bucket", StringComparison.Ordinal)).ToList();
        Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
    }

    [Fact]
    public async Task The_live_page_shows_who_called_what_and_nothing_of_what_was_said()
    {
        await using var own = await GateStage.StartAsync();
        var token = await own.TokenAsync("all");
        using var page = await RawCaller.ConnectAsync(own.Server.ControlAddress);
        await page.SendAsync("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await page.ReceiveUntilAsync("event: totals");
        (await own.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("the prompt is sesame [[tokens=3]]"), token)).Dispose();
        (await own.PostAsync(
            "/api/chat", GateTexts.OllamaChat("the prompt is sesame", stream: false), token)).Dispose();
        (await own.PostAsync(
            "/v1/chat/completions", GateTexts.OpenAiChat("hi", model: "<img src=x>"), token)).Dispose();
        var text = await page.ReceiveUntilAsync("\"outcome\":\"refused\"");

        var calls = text.Split("event: call\ndata: ")[1..]
            .Select(part => JsonDocument.Parse(part[..part.IndexOf('\n', StringComparison.Ordinal)]).RootElement)
            .ToList();
        Assert.Contains(calls, call => Is(call, "all", "gpt", "openai.chat", "running"));
        Assert.Contains(calls, call => Is(call, "all", "gpt", "openai.chat", "completed"));
        Assert.Contains(calls, call => Is(call, "all", "llama", "ollama.chat", "completed"));
        Assert.Contains(calls, call => Is(call, "all", "", "openai.chat", "refused"));
        Assert.All(
            (string[])["sesame", "word1", "<img", token[..12], "content"],
            secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Equal(
            ["by", "endpoint", "id", "job", "model", "ms", "outcome", "reason", "time", "tokens"],
            calls[0].EnumerateObject().Select(member => member.Name).Order());
    }

    [Fact]
    public async Task More_pages_than_are_served_at_a_time_are_all_answered_again_and_again()
    {
        await using var own = await GateStage.StartAsync();
        for (var round = 0; round < 3; round++)
        {
            var pages = new List<RawCaller>();
            for (var page = 0; page < 34; page++)
            {
                pages.Add(await RawCaller.ConnectAsync(own.Server.ControlAddress));
                await pages[page].SendAsync("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
                var head = await pages[page].ReceiveUntilAsync("\r\n\r\n");
                Assert.StartsWith("HTTP/1.1 200", head, StringComparison.Ordinal);
            }

            using var asked = await own.Client.SendAsync(
                new HttpRequestMessage(HttpMethod.Head, new Uri(own.ControlUrl, "/live")), Stop);
            Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
            pages.ForEach(page => page.Dispose());
            await Task.Delay(200, Stop);
        }
    }

    [Fact]
    public async Task An_open_page_does_not_hold_up_the_stop()
    {
        var own = await GateStage.StartAsync();
        using var page = await RawCaller.ConnectAsync(own.Server.ControlAddress);
        await page.SendAsync("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
        await page.ReceiveUntilAsync("event: totals");
        var clock = Stopwatch.StartNew();

        await own.DisposeAsync();

        Assert.InRange(clock.ElapsedMilliseconds, 0, 3000);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static bool Is(JsonElement call, string job, string model, string endpoint, string outcome) =>
        call.GetProperty("job").GetString() == job && call.GetProperty("model").GetString() == model
        && call.GetProperty("endpoint").GetString() == endpoint && call.GetProperty("outcome").GetString() == outcome;

    /// <summary>Reads the exposition format strictly: each sample belongs to a family that was announced.</summary>
    private static Dictionary<string, double> Parse(string text)
    {
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        var (family, type) = ("", "");
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
                continue;
            if (Regex.Match(line, "^# TYPE ([a-z_]+) (counter|gauge|histogram|summary)$") is { Success: true } head)
            {
                (family, type) = (head.Groups[1].Value, head.Groups[2].Value);
                continue;
            }

            var sample = Sample().Match(line);
            Assert.True(sample.Success, $"Not a sample: {line}");
            var name = sample.Groups["name"].Value;
            var isOfFamily = type == "histogram"
                ? name[family.Length..] is "_bucket" or "_sum" or "_count" : name == family;
            Assert.True(name.StartsWith(family, StringComparison.Ordinal) && isOfFamily, $"Not of {family}: {line}");
            samples.Add(
                line[..line.LastIndexOf(' ')],
                double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture));
        }

        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        return samples;
    }

    [GeneratedRegex("""^(?<name>[a-z_]+)(\{([a-z]+="([^"\\\n]|\\["\\n])*",?)+\})? (?<value>-?[0-9.E+-]+)$""")]
    private static partial Regex Sample();

    private async Task<string> RawAsync(string request, bool isStream)
    {
        using var caller = await RawCaller.ConnectAsync(stage.Gate.Server.ControlAddress);
        await caller.SendAsync(request);
        return isStream ? await caller.ReceiveUntilAsync("\r\n\r\n") : await caller.ReceiveToEndAsync();
    }
}
