using System.Text.Json;
using Gatehouse.Core.Discovery;

namespace Gatehouse.Tests.Discovery;

public sealed class OllamaCloudTests
{
    private const string On = """{"cloud":{"disabled":false,"source":"none"}}""";
    private const string Off = """{"cloud":{"disabled":true,"source":"env"}}""";
    private const string Local = """{"models":[{"name":"llama3.2:3b"}]}""";
    private const string Remote = """
        {"models":[{"name":"llama3.2:3b"},{"name":"mine:latest","remote_host":"https://ollama.com:443"},
        {"name":"gpt-oss:120b-cloud"}]}
        """;

    [Theory]
    [InlineData(On, Local, "/api/status", "It can hand prompts to ollama.com")]
    [InlineData(On, Remote, "/api/tags", "It hands the prompts for mine:latest, gpt-oss:120b-cloud to another")]
    [InlineData(null, Remote, "/api/tags", "It hands the prompts for mine:latest, gpt-oss:120b-cloud to another")]
    public void A_server_that_hands_calls_on_says_so_and_how_to_stop_it(
        string? status, string? tags, string where, string start)
    {
        var piece = OllamaCloud.Read(Json(status), Json(tags));

        Assert.Equal((EvidenceKind.HandsOn, where), (piece!.Kind, piece.Where));
        Assert.StartsWith(start, piece.Value, StringComparison.Ordinal);
        Assert.Contains("OLLAMA_NO_CLOUD=1", piece.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Off, Remote)]
    [InlineData(null, Local)]
    [InlineData(null, null)]
    [InlineData("{\"cloud\":7}", "{\"models\":[7,{\"name\":7}]}")]
    public void A_server_that_cannot_or_does_not_say_is_not_accused(string? status, string? tags) =>
        Assert.Null(OllamaCloud.Read(Json(status), Json(tags)));

    private static JsonElement? Json(string? text)
    {
        if (text is null) return null;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
