using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Gatehouse.Tests.Binary;

namespace Gatehouse.Tests.Image;

/// <summary>The container image, on a real engine, as locked down as the documents say.</summary>
[Collection(BinaryCollection.Name)]
public sealed class ImageTests
{
    private static readonly string[] LockedDown =
    [
        "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "65532",
    ];

    private static string ImageFile => Repository.PathOf("artifacts/gatehouse-image.tar.gz");

    [Fact]
    public async Task The_image_serves_from_an_empty_volume_read_only_and_stops_cleanly()
    {
        await using var engine = await LoadedAsync();
        await engine.DoAsync("network", "create", "--internal", "net");
        await engine.DoAsync(
            ["run", "-d", "--name", "gate", .. LockedDown, "--network", "net", "-v", "home:/data",
            "-e", "TZ=Europe/Madrid", "--health-interval", "1s", "gatehouse:0.1.0"]);
        await HealthyAsync(engine);

        var log = await LogAsync(engine);
        Assert.Contains("This home was empty: a starter is now in /data/gatehouse.yaml", log, StringComparison.Ordinal);
        Assert.Matches(@"Jobs with a token call http://[0-9.]+:8420 \(interface eth0\)", log);
        Assert.Equal("", await engine.DoAsync("diff", "gate"));
        Assert.Contains("\"trigger\":\"cron", await engine.DoAsync("exec", "gate", "gatehouse", "jobs", "--json"),
            StringComparison.Ordinal);
        await using var model = new SecretModel(
            IPAddress.Parse(
                await engine.DoAsync("network", "inspect", "net", "-f", "{{(index .IPAM.Config 0).Gateway}}")));
        Assert.Equal(HttpStatusCode.OK, await CallOverTlsAsync(engine, model));

        var clock = System.Diagnostics.Stopwatch.StartNew();
        await engine.DoAsync("stop", "-t", "30", "gate");
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal("0", await engine.DoAsync("inspect", "gate", "-f", "{{.State.ExitCode}}"));
        var verified = await engine.DoAsync(
            ["run", "--rm", .. LockedDown, "--network", "none", "-v", "home:/data", "gatehouse:0.1.0", "ledger",
                "verify"]);
        Assert.Contains(", 0 entries after", verified, StringComparison.Ordinal);
    }

    /// <summary>
    /// An https model whose certificate the container is told to trust, in a home with a zone of its own.
    /// </summary>
    private static async Task<HttpStatusCode> CallOverTlsAsync(OwnEngine engine, SecretModel model)
    {
        var home = await engine.DoAsync("volume", "inspect", "home", "-f", "{{.Mountpoint}}");
        await File.WriteAllTextAsync(home + "/ca.pem", model.CertificatePem);
        await File.WriteAllTextAsync(home + "/gatehouse.yaml", $$"""
            estate: 1
            node: gate
            time-zone: America/St_Johns
            listen: { gate: "interfaces:8420" }
            models: { m: { provider: openai, url: "{{model.Url}}" } }
            jobs: { chat: { owner: me, model: m, source: prompt, sink: none, trigger: { cron: "0 7 * * *" } } }
            """);
        await engine.DoAsync("rm", "-f", "gate");
        await engine.DoAsync(
            ["run", "-d", "--name", "gate", .. LockedDown, "--network", "net", "-v", "home:/data",
            "-e", "SSL_CERT_FILE=/data/ca.pem", "--health-interval", "1s", "gatehouse:0.1.0"]);
        await HealthyAsync(engine);
        var token = (await engine.DoAsync("exec", "gate", "gatehouse", "token", "issue", "--job", "chat"))
            .Split('\n')[^1];
        var address = await engine.DoAsync(
            "inspect", "gate", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{address}:8420/v1/chat/completions")
        {
            Content = new StringContent(
                """{"model":"m","messages":[{"role":"user","content":"hello"}]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await client.SendAsync(request);
        return answer.StatusCode;
    }

    private static async Task<OwnEngine> LoadedAsync()
    {
        Assert.SkipUnless(File.Exists(ImageFile), "there is no image: ./build image makes it");
        var engine = await OwnEngine.StartAsync();
        await engine.DoAsync("load", "-i", ImageFile);
        return engine;
    }

    private static async Task HealthyAsync(OwnEngine engine)
    {
        for (var tries = 0; tries < 60; tries++)
        {
            var state = await engine.DoAsync("inspect", "gate", "-f", "{{.State.Health.Status}}");
            if (state == "healthy") return;
            await Task.Delay(250);
        }
        Assert.Fail(await LogAsync(engine));
    }

    private static async Task<string> LogAsync(OwnEngine engine)
    {
        var ended = await engine.RunAsync("logs", "gate");
        return ended.Output + ended.Errors;
    }
}
