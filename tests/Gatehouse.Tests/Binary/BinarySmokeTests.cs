using System.Net;

namespace Gatehouse.Tests.Binary;

[Collection(BinaryCollection.Name)]
public sealed class BinarySmokeTests
{
    [Fact]
    public async Task A_call_goes_through_the_binary_and_is_on_record_beside_the_running_gate()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);
        await using var gate = await home.ServeAsync();
        var token = await home.TokenAsync();

        using var response = await gate.ChatAsync(token, "hello");
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("\"choices\"", body, StringComparison.Ordinal);
        var id = Assert.Single(response.Headers.GetValues("X-Gatehouse-Exchange"));
        Assert.Equal("completed", (await home.OutcomesAsync())[id]);
        Assert.Single(await model.BodiesAsync());
        (await home.RunAsync("ledger", "verify", "--payloads")).Expect(0);
        Assert.Equal(0, (await gate.StopAsync()).Exit);
    }

    [Fact]
    public async Task The_token_alone_is_the_last_line_and_the_only_one_of_standard_output()
    {
        await using var model = await BinaryModel.StartAsync();
        using var home = BinaryHome.Create(model.Address);

        var issued = (await home.RunAsync("token", "issue", "--job", "news")).Expect(0);

        Assert.Matches("^gth_[a-z2-7]+\n$", issued.Output);
        Assert.StartsWith("Token tok_", issued.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(issued.LastLine, issued.Errors, StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(home.HomePath, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(
                -1, (await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).AsSpan()
                .IndexOf(System.Text.Encoding.ASCII.GetBytes(issued.LastLine)));
        }
    }
}
