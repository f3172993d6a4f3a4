using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Traffic;

public sealed class HeaderRulesTests
{
    [Theory]
    [InlineData(Dialect.OpenAI, "Content-Type")]
    [InlineData(Dialect.OpenAI, "OpenAI-Beta")]
    [InlineData(Dialect.OpenAI, "idempotency-key")]
    [InlineData(Dialect.Anthropic, "anthropic-version")]
    [InlineData(Dialect.Anthropic, "Anthropic-Beta")]
    [InlineData(Dialect.Anthropic, "anthropic-dangerous-direct-browser-access")]
    [InlineData(Dialect.Anthropic, "Anthropic-Something-New")]
    [InlineData(Dialect.Anthropic, "x-claude-code-session-id")]
    [InlineData(Dialect.Ollama, "ACCEPT")]
    public void A_request_header_of_the_dialect_goes_upstream(Dialect dialect, string name) =>
        Assert.True(HeaderRules.ForwardsRequest(dialect, name));

    [Theory]
    [InlineData("Authorization")]
    [InlineData("x-api-key")]
    [InlineData("api-key")]
    [InlineData("Cookie")]
    [InlineData("Host")]
    [InlineData("Forwarded")]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Real-IP")]
    [InlineData("Via")]
    [InlineData("Proxy-Authorization")]
    [InlineData("Accept-Encoding")]
    [InlineData("Content-Encoding")]
    [InlineData("Content-Length")]
    [InlineData("Connection")]
    [InlineData("Keep-Alive")]
    [InlineData("TE")]
    [InlineData("Trailer")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Upgrade")]
    [InlineData("Expect")]
    [InlineData("OpenAI-Organization")]
    [InlineData("OpenAI-Project")]
    [InlineData("X-Gatehouse-Exchange")]
    [InlineData("Referer")]
    [InlineData("anthropic")]
    [InlineData("x-claude")]
    [InlineData("Origin")]
    public void No_other_request_header_does(string name)
    {
        foreach (var dialect in Enum.GetValues<Dialect>())
            Assert.False(HeaderRules.ForwardsRequest(dialect, name));
    }

    [Theory]
    [InlineData("Content-Type")]
    [InlineData("Retry-After")]
    [InlineData("x-request-id")]
    public void An_answer_header_that_clients_read_goes_to_the_caller(string name) =>
        Assert.True(HeaderRules.PassesAnswer(name));

    [Theory]
    [InlineData("Set-Cookie")]
    [InlineData("Content-Length")]
    [InlineData("Content-Encoding")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Connection")]
    [InlineData("Keep-Alive")]
    [InlineData("Trailer")]
    [InlineData("Upgrade")]
    [InlineData("Proxy-Authenticate")]
    [InlineData("WWW-Authenticate")]
    [InlineData("Server")]
    [InlineData("Location")]
    [InlineData("Alt-Svc")]
    [InlineData("OpenAI-Organization")]
    [InlineData("anthropic-organization-id")]
    [InlineData("x-ratelimit-remaining-tokens")]
    [InlineData("anthropic-ratelimit-requests-limit")]
    [InlineData("X-Gatehouse-Exchange")]
    [InlineData("Access-Control-Allow-Origin")]
    public void No_other_answer_header_does(string name) => Assert.False(HeaderRules.PassesAnswer(name));
}
