using System.Text.RegularExpressions;

namespace Gatehouse.Tests.Tidy;

/// <summary>There is one HTTP client, so no call out of Gatehouse can miss its limits.</summary>
public sealed partial class OutboundRuleTests
{
    [Fact]
    public void Only_the_outbound_folder_makes_HTTP_clients_and_resolves_names() => Rule.Holds(
        from file in Checkout.Code("src")
        where !file.Path.StartsWith("src/Gatehouse/Outbound/", StringComparison.Ordinal)
        from Match found in Client().Matches(file.Text)
        select $"{file.Path} {found.Value}");

    [Theory]
    [InlineData("var http = new HttpClient();", true)]
    [InlineData("using var handler = new SocketsHttpHandler { UseProxy = true };", true)]
    [InlineData("await Dns.GetHostAddressesAsync(name);", true)]
    [InlineData("var name = Dns.GetHostName();", false)]
    [InlineData("var client = new OutboundClient(policy);", false)]
    public void A_client_of_its_own_is_found(string code, bool isFound)
        => Assert.Equal(isFound, Client().IsMatch(code));

    [GeneratedRegex(
        @"\b(SocketsHttpHandler|HttpClientHandler|HttpClient|HttpMessageInvoker|Dns\.GetHost(Addr|Entry)\w*)\b")]
    private static partial Regex Client();
}
