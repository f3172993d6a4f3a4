using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Binary;

/// <summary>A gate that serves a home as a process of its own.</summary>
internal sealed partial class BinaryGate : IAsyncDisposable
{
    private readonly BinaryHome _home;

    private BinaryGate(BinaryHome home, Child child, Uri url, Uri control)
        => (_home, Child, Url, ControlUrl) = (home, child, url, control);

    public Child Child { get; }

    public Uri Url { get; }

    public Uri ControlUrl { get; }

    public HttpClient Client { get; } =
        new(new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = DecompressionMethods.None })
        {
            Timeout = Child.Max,
        };

    /// <summary>Waits until the started process says where it listens.</summary>
    public static async Task<BinaryGate> StartAsync(BinaryHome home, Child child)
    {
        try
        {
            var gate = await child.WaitForErrorsAsync(GateAddress());
            var control = await child.WaitForErrorsAsync(ControlAddress());
            return new BinaryGate(
                home, child, new Uri($"http://{gate.Groups[1].Value}/"), new Uri(control.Groups[1].Value));
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    public Task<HttpResponseMessage> ChatAsync(string token, string prompt, bool stream = false)
        => PostAsync("v1/chat/completions", Chat(prompt, stream), token);

    public async Task<HttpResponseMessage> PostAsync(string path, string json, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url, path))
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The status of one small chat call, read to its end.</summary>
    public async Task<HttpStatusCode> StatusAsync(string token, string prompt = "hello")
    {
        using var response = await ChatAsync(token, prompt);
        _ = await response.Content.ReadAsByteArrayAsync();
        return response.StatusCode;
    }

    /// <summary>Small calls pass again within seconds.</summary>
    public Task RecoversAsync(string token) => EventuallyAsync(() => StatusAsync(token));

    /// <summary>Waits some seconds until calls pass again.</summary>
    public static async Task EventuallyAsync(Func<Task<HttpStatusCode>> call)
    {
        var last = default(HttpStatusCode);
        for (var tries = 0; tries < 100; tries++)
        {
            if ((last = await call()) == HttpStatusCode.OK) return;
            await Task.Delay(50);
        }
        Assert.Fail($"Calls are still refused with {last}.");
    }

    public static string Chat(string prompt, bool stream = false)
        => $$"""
            {"model":"gpt","stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":"{{prompt}}"}]}
            """;

    /// <summary>Stops it the polite way.</summary>
    public async Task<Ended> StopAsync()
    {
        Child.Signal(Signals.Terminate);
        return await Child.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Child.DisposeAsync();
    }

    [GeneratedRegex(@"The gate listens on (\S+), for ")]
    private static partial Regex GateAddress();

    [GeneratedRegex(@"just now: (http://\S+)\n")]
    private static partial Regex ControlAddress();
}
