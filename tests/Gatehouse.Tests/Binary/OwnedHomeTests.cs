using System.Globalization;

namespace Gatehouse.Tests.Binary;

/// <summary>A home of another user's, such as the one that a container's gate writes to, in root's hands.</summary>
[Collection(BinaryCollection.Name)]
public sealed class OwnedHomeTests
{
    private const string Owner = "65532";

    [Fact]
    public async Task What_root_does_to_another_users_home_leaves_nothing_of_roots_there()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "giving a folder to another user needs root");
        using var home = BinaryHome.Create("http://127.0.0.1:1");
        File.Delete(home.PathOf("gatehouse.yaml"));
        (await Child.RunAsync("chown", [$"{Owner}:{Owner}", home.HomePath])).Expect(0);

        (await home.RunAsync("init")).Expect(0);
        (await home.RunAsync("token", "issue", "--job", "chat")).Expect(0);
        (await home.RunAsync("pause", "chat")).Expect(0);
        (await home.RunAsync("ledger", "verify")).Expect(0);

        var owners = await Child.RunAsync("find", [home.HomePath, "-printf", "%U:%G %p\n"]);
        Assert.NotEmpty(owners.Lines);
        Assert.All(owners.Lines, line => Assert.StartsWith($"{Owner}:{Owner} ", line, StringComparison.Ordinal));
        Assert.True(File.Exists(home.LedgerFile));
    }

    [Fact]
    public async Task The_act_is_still_roots_on_record()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "giving a folder to another user needs root");
        using var home = BinaryHome.Create("http://127.0.0.1:1");
        (await Child.RunAsync("chown", ["-R", $"{Owner}:{Owner}", home.HomePath])).Expect(0);

        (await home.RunAsync("token", "issue", "--job", "news")).Expect(0);

        var act = (await home.ShowAsync()).Single(line => line.GetProperty("kind").GetString() == "act"
            && line.GetProperty("act").GetString()!.StartsWith("token", StringComparison.Ordinal));
        Assert.Equal("0", act.GetProperty("uid").GetInt32().ToString(CultureInfo.InvariantCulture));
    }
}
