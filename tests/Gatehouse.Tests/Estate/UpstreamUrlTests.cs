using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Estate;

public sealed class UpstreamUrlTests
{
    [Theory]
    [InlineData("https://api.openai.com", "/v1/chat/completions")]
    [InlineData("https://api.openai.com/", "/v1/chat/completions")]
    [InlineData("https://api.openai.com/v1", "/v1/chat/completions")]
    [InlineData("https://api.openai.com/v1/", "/v1/chat/completions")]
    [InlineData("https://openrouter.ai/api/v1", "/api/v1/chat/completions")]
    [InlineData("http://host:1234/v1", "/v1/chat/completions")]
    [InlineData("http://host/llm", "/llm/v1/chat/completions")]
    [InlineData("https://google.example/v1beta/openai", "/v1beta/openai/chat/completions")]
    [InlineData("https://zai.example/api/paas/v4", "/api/paas/v4/chat/completions")]
    [InlineData("unix:/run/model.sock", "/v1/chat/completions")]
    public void A_url_leads_to_the_route_however_it_is_written(string url, string path) =>
        Assert.Equal(path, UpstreamUrl.TryParse(url, out _)!.PathFor("/v1/chat/completions"));

    [Theory]
    [InlineData("http://host:11434", "/api/chat")]
    [InlineData("http://host:11434/v1", "/api/chat")]
    [InlineData("http://host/ollama/", "/ollama/api/chat")]
    public void Routes_of_Ollama_stand_beside_the_version(string url, string path) =>
        Assert.Equal(path, UpstreamUrl.TryParse(url, out _)!.PathFor("/api/chat"));

    [Theory]
    [InlineData("http://Host:80/v1", "http://host")]
    [InlineData("https://host/v1/", "https://host:443")]
    [InlineData("http://127.0.0.1:1234/", "http://127.0.0.1:1234/v1")]
    public void Two_spellings_of_one_place_are_equal(string one, string two) =>
        Assert.Equal(UpstreamUrl.TryParse(one, out _), UpstreamUrl.TryParse(two, out _));

    [Theory]
    [InlineData("http://[::1]:8080", "::1", 8080, "[::1]:8080")]
    [InlineData("https://host", "host", 443, "host")]
    [InlineData("http://host", "host", 80, "host")]
    [InlineData("https://host:80", "host", 80, "host:80")]
    public void Host_port_and_authority_are_taken_apart(string url, string host, int port, string authority)
    {
        var read = UpstreamUrl.TryParse(url, out var problem)!;

        Assert.Null(problem);
        Assert.Equal((host, port, authority), (read.Host, read.Port, read.Authority));
    }

    [Theory]
    [InlineData("")]
    [InlineData("host")]
    [InlineData("http://")]
    [InlineData("http:///v1")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://a b")]
    [InlineData("http://a\\b")]
    [InlineData("http://a/#x")]
    [InlineData("http://a?")]
    [InlineData("http://höst")]
    [InlineData("http://a:99999")]
    [InlineData("unix:run/x")]
    [InlineData("unix:")]
    [InlineData("unix:/run/")]
    public void What_is_no_upstream_is_refused_with_a_reason(string url)
    {
        Assert.Null(UpstreamUrl.TryParse(url, out var problem));
        Assert.NotEmpty(problem!);
    }

    [Fact]
    public void A_password_in_a_url_is_refused_and_not_echoed()
    {
        Assert.Null(UpstreamUrl.TryParse("http://user:hunter2@host", out var problem));
        Assert.DoesNotContain("hunter2", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unix:/run/x", Zone.Host)]
    [InlineData("http://localhost:1", Zone.Host)]
    [InlineData("http://127.8.9.1", Zone.Host)]
    [InlineData("http://[::1]", Zone.Host)]
    [InlineData("http://0.0.0.0:11434", Zone.Host)]
    [InlineData("http://[::ffff:127.0.0.1]", Zone.Host)]
    [InlineData("http://192.168.7.7", Zone.Lan)]
    [InlineData("http://[fd12::1]", Zone.Lan)]
    [InlineData("http://ollama:11434", Zone.Lan)]
    [InlineData("http://nas.lan", Zone.Lan)]
    [InlineData("http://nas.home.arpa", Zone.Lan)]
    [InlineData("http://172.32.0.1", Zone.External)]
    [InlineData("http://[fc00::1]", Zone.External)]
    [InlineData("http://169.254.1.1", Zone.External)]
    [InlineData("https://api.example.com", Zone.External)]
    [InlineData("https://localhost.example.com", Zone.External)]
    public void The_zone_follows_from_the_host(string url, Zone zone) =>
        Assert.Equal(zone, UpstreamUrl.TryParse(url, out _)!.ZoneIn(NetworkZones.Default));
}
