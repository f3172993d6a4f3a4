using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Gatehouse.Tests.Binary;

/// <summary>
/// Clients that call without pause until the gate is gone. Kept is what the ledger must know: the id of each call whose
/// answer, or the end of it, a client has seen.
/// </summary>
internal sealed class BinaryLoad(BinaryGate gate, string token, string name)
{
    private readonly ConcurrentBag<string> _seen = [];
    private readonly ConcurrentBag<HttpStatusCode> _others = [];

    /// <summary>
    /// Exchanges of which a client has an answer's head (not streamed) or its terminal signal (streamed).
    /// </summary>
    public IReadOnlyCollection<string> Seen => _seen;

    /// <summary>Statuses other than 200: there should be none.</summary>
    public IReadOnlyCollection<HttpStatusCode> Others => _others;

    /// <summary>Runs the clients, every second one with streams, until the connection breaks under each.</summary>
    public Task RunAsync(int clients)
        => Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => CallAsync(client))));

    private async Task CallAsync(int client)
    {
        try
        {
            for (var call = 0; ; call++)
            {
                // Short answers with pauses between the words: the kill then finds calls in every state.
                var prompt = $"[[tokens=6 delay-token=1]] {name}-{client}-{call}-end";
                using var response = await gate.ChatAsync(token, prompt, stream: client % 2 == 1);
                if (response.StatusCode == HttpStatusCode.OK) await ReadAsync(response, isStream: client % 2 == 1);
                else _others.Add(response.StatusCode);
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            // The gate was killed.
        }
    }

    private async Task ReadAsync(HttpResponseMessage response, bool isStream)
    {
        var id = Assert.Single(response.Headers.GetValues("X-Gatehouse-Exchange"));
        if (!isStream) _seen.Add(id);
        using var body = await response.Content.ReadAsStreamAsync();
        var (text, buffer, isSeen) = (new StringBuilder(), new byte[4096], !isStream);
        while (await body.ReadAsync(buffer) is > 0 and var read)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            if (isSeen || !text.ToString().Contains("\"finish_reason\":\"", StringComparison.Ordinal)) continue;
            _seen.Add(id);
            isSeen = true;
        }
    }
}
