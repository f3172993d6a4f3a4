using System.Text.Json.Nodes;
using Gatehouse.Demo;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Gate;

/// <summary>A gate in front of a model that wants a key, shared by the tests of one class.</summary>
public sealed class WireStage : IAsyncLifetime
{
    /// <summary>The key of the model behind the gate; no caller may ever see it.</summary>
    internal const string ModelKey = "sk-model-key-0123456789abcdef";

    internal GateStage Gate { get; private set; } = null!;

    internal LogCapture Logs { get; } = new();

    /// <summary>A token of the job that may call every model.</summary>
    internal string Token { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        Gate = await GateStage.StartAsync(GateEstates.Wire, logs: Logs);
        await File.WriteAllTextAsync(Path.Combine(Gate.HomePath, "model.key"), ModelKey + "\n");
        Token = await Gate.TokenAsync("all");
    }

    public ValueTask DisposeAsync() => Gate.DisposeAsync();

    /// <summary>The last call that the model received, other than questions about its catalogue.</summary>
    internal ScriptedCall LastCall() => Gate.Model.Calls.Snapshot().Last(call => call.Method == "POST");

    /// <summary>What is on record of an answer's exchange, once it has ended.</summary>
    internal Task<ExchangeRow> RowAsync(HttpResponseMessage response) =>
        Gate.EndedAsync(response.Headers.GetValues("X-Gatehouse-Exchange").Single());

    /// <summary>The payloads on record of an answer's exchange, by kind.</summary>
    internal async Task<IReadOnlyDictionary<string, byte[]>> PayloadsAsync(HttpResponseMessage response)
    {
        var row = await RowAsync(response);
        using var reader = LedgerReader.OpenReadOnly(Gate.Server.Home);
        return reader.ReadPayloads(row, LedgerKeys.Open(Gate.Server.Home))
            .ToDictionary(payload => payload.Record.Kind.ToString(), payload => payload.Bytes!);
    }

    /// <summary>Sends raw bytes as a chat call.</summary>
    internal Task<HttpResponseMessage> ChatAsync(byte[] body, string? encoding = null, bool chunked = false) =>
        ChatAsync(Token, body, encoding, chunked);

    internal async Task<HttpResponseMessage> ChatAsync(string token, byte[] body, string? encoding, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Gate.BaseUrl, "/v1/chat/completions"));
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        if (encoding is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        request.Headers.TransferEncodingChunked = chunked;
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        return await Gate.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>A chat body of exactly this many bytes.</summary>
    internal static byte[] ChatOf(int bytes)
    {
        var head = "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"[[tokens=1]] "u8;
        var tail = "\"}]}"u8;
        var body = new byte[bytes];
        body.AsSpan().Fill((byte)'x');
        head.CopyTo(body);
        tail.CopyTo(body.AsSpan(bytes - tail.Length));
        return body;
    }

    /// <summary>The JSON that the model received.</summary>
    internal JsonNode LastBody() => JsonNode.Parse(LastCall().Body.Span)!;
}
