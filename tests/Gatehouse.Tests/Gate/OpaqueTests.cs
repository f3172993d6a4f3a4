using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Gatehouse.Tests.Gate;

/// <summary>What is passed without being inspected still goes only to the model that it names.</summary>
public sealed class OpaqueTests : IAsyncLifetime
{
    private const string Estate = """
        estate: 1
        name: test
        node: opaque
        listen: { gate: "127.0.0.1:0", control: "127.0.0.1:0" }
        models:
          first:   { provider: ollama, url: "http://127.0.0.1:1", name: llama }
          whisper: { provider: openai, url: "{model}/v1", name: whisper-1 }
        jobs:
          app:
            owner: ops
            models: [first, whisper]
            source: prompt
            sink: none
            opaque: [audio/transcriptions, audio/speech, images/generations, images/edits]
        """;

    private GateStage _stage = null!;

    public async ValueTask InitializeAsync() => _stage = await GateStage.StartAsync(Estate);

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Theory]
    [InlineData("whisper-1")]
    [InlineData("whisper")]
    public async Task A_form_goes_to_the_model_that_it_names(string name)
    {
        byte[] sound = [.. Enumerable.Range(0, 5000).Select(one => (byte)(one * 7))];
        using var answer = await SendAsync("/v1/audio/transcriptions",
            Form(("file\"; filename=\"a.wav", Encoding.Latin1.GetString(sound)), ("model", name), ("language", "de")));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var call = _stage.Model.Calls.Snapshot()[^1];
        Assert.Equal(
            Form(("file\"; filename=\"a.wav", Encoding.Latin1.GetString(sound)), ("model", "whisper-1"),
                ("language", "de")),
            Encoding.Latin1.GetString(call.Body.Span));
    }

    [Fact]
    public async Task JSON_goes_to_the_model_that_it_names()
    {
        using var answer = await _stage.PostAsync("/v1/audio/speech",
            """{"model":"whisper","input":"x","voice":"a"}""", await _stage.TokenAsync("app"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("\"whisper-1\"", Encoding.UTF8.GetString(_stage.Model.Calls.Snapshot()[^1].Body.Span),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task JSON_is_read_as_JSON_whatever_it_calls_itself_and_goes_on_as_such()
    {
        using var answer = await SendAsync(
            "/v1/audio/speech", """{"model":"whisper-1","input":"x"}""", "application/x-www-form-urlencoded");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", _stage.Model.Calls.Snapshot()[^1].Header("content-type"));
    }

    [Fact]
    public async Task A_model_that_is_not_the_jobs_is_not_found()
    {
        using var image = await _stage.PostAsync("/v1/images/generations",
            """{"model":"gpt-image-1","prompt":"x"}""", await _stage.TokenAsync("app"));
        using var sound = await SendAsync("/v1/audio/transcriptions", Form(("model", "gpt-4o-transcribe")));

        Assert.Equal("model_not_found", RightsStage.ReasonOf(image));
        Assert.Equal("model_not_found", RightsStage.ReasonOf(sound));
        Assert.Empty(_stage.Model.Calls.Snapshot());
    }

    [Fact]
    public async Task An_address_in_JSON_is_found_as_in_other_calls()
    {
        using var answer = await _stage.PostAsync("/v1/images/edits",
            """{"model":"whisper","prompt":"x","image":"https://x/y.png"}""", await _stage.TokenAsync("app"));

        Assert.Equal("provider_tool", RightsStage.ReasonOf(answer));
    }

    [Theory]
    [InlineData("x", "malformed_request")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--\r\n", "malformed_request")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n--b", "malformed_request")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper", "malformed_request")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\r\n--b--", "malformed_request")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhi\nsper\r\n--b--", "malformed_request")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"; name*=utf-8''file\r\n\r\nwhisper\r\n--b--",
        "malformed_request")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"; filename=\"m\"\r\n\r\nwhisper\r\n--b--",
        "malformed_request")]
    [InlineData("--b\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n"
        + "d2hpc3Blcg==\r\n--b--", "malformed_request")]
    [InlineData("--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n--b\r\n"
        + "Content-Disposition: form-data; name=\"model\"\r\n\r\nllama\r\n--b--", "ambiguous_json")]
    public async Task A_form_that_two_servers_could_read_in_two_ways_is_refused(string form, string reason)
    {
        using var answer = await SendAsync("/v1/audio/transcriptions", form);

        Assert.Equal((400, reason), ((int)answer.StatusCode, RightsStage.ReasonOf(answer)));
        Assert.Empty(_stage.Model.Calls.Snapshot());
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=a; boundary=b")]
    [InlineData("application/octet-stream")]
    [InlineData("multipart/mixed; boundary=b")]
    public async Task A_body_in_which_no_model_can_be_found_is_refused(string type)
    {
        using var answer = await SendAsync("/v1/audio/transcriptions", Form(("model", "whisper")), type);

        Assert.Equal((400, "malformed_request"), ((int)answer.StatusCode, RightsStage.ReasonOf(answer)));
    }

    private static string Form(params (string Name, string Value)[] fields) => string.Concat(fields.Select(field =>
        $"--b\r\nContent-Disposition: form-data; name=\"{field.Name}\"\r\n\r\n{field.Value}\r\n")) + "--b--\r\n";

    private async Task<HttpResponseMessage> SendAsync(
        string path, string form, string type = "multipart/form-data; boundary=b")
    {
        using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(form));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_stage.BaseUrl, path));
        request.Content = content;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await _stage.TokenAsync("app"));
        return await _stage.Client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
