using System.Net;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Tests.Adoption;

/// <summary>Which services an adoption moves, and where they are.</summary>
public sealed class HostServerReaderTests
{
    [Theory]
    [InlineData("", "127.0.0.1:11434")]
    [InlineData("Environment=OLLAMA_HOST=127.0.0.1:8000", "127.0.0.1:8000")]
    [InlineData("Environment=\"OLLAMA_HOST=0.0.0.0\"", "0.0.0.0:11434")]
    [InlineData("Environment=OLLAMA_HOST=:11500", "[::]:11500")]
    [InlineData("Environment=OLLAMA_HOST=http://localhost", "127.0.0.1:80")]
    [InlineData("Environment=OLLAMA_HOST=[::]:9", "[::]:9")]
    [InlineData("Environment=OLLAMA_HOST=0.0.0.0\nEnvironment=A=1 OLLAMA_HOST=127.0.0.1", "127.0.0.1:11434")]
    public void The_address_is_what_the_variable_means_to_the_server(string lines, string expected)
        => Assert.Equal(expected, Read(lines)!.Server!.Address.ToString());

    [Theory]
    [InlineData("Environment=OLLAMA_HOST=192.168.1.5", "listens on 192.168.1.5:11434 only")]
    [InlineData("Environment=OLLAMA_HOST=::1", "listens on [::1]:11434 only")]
    [InlineData("Environment=OLLAMA_HOST=%H", "is no address")]
    [InlineData("EnvironmentFile=-/etc/default/ollama", "takes OLLAMA_HOST from /etc/default/ollama")]
    public void A_server_that_a_drop_in_cannot_move_is_left_alone_with_the_reason(string lines, string reason)
        => Assert.Contains(reason, Read(lines)!.Note, StringComparison.Ordinal);

    [Fact]
    public void A_drop_in_of_the_owner_that_would_win_is_a_reason_too()
    {
        var unit = UnitReader.Read("ollama.service",
            new UnitFile("/etc/systemd/system/ollama.service", "[Service]\nExecStart=/usr/bin/ollama serve"),
            new UnitFile("/etc/systemd/system/ollama.service.d/zzz.conf", "[Service]\nNice=5"));
        Assert.Contains("zzz.conf", HostServerReader.Read(unit, static _ => null)!.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/usr/bin/llama-server --port 8080", true)]
    [InlineData("/usr/bin/ollama ps", false)]
    [InlineData("/usr/bin/true", false)]
    public void Other_servers_are_named_and_other_services_are_not(string command, bool isNamed)
        => Assert.Equal(
            isNamed, HostServerReader.Read(Unit($"ExecStart={command}"), static _ => null)?.Note is not null);

    [Fact]
    public void A_server_that_listened_everywhere_is_stood_in_for_on_loopback_first_and_on_eight_addresses_at_most()
    {
        var own = Enumerable.Range(1, 20).Select(static last => IPAddress.Parse($"10.0.0.{last}"))
            .Prepend(IPAddress.Parse("fd00::1"));
        var listens =
            HostModelPlace.ListensOf(new HostServer("ollama.service", new IPEndPoint(IPAddress.Any, 11434)), own);
        Assert.Equal(8, listens.Length);
        Assert.Equal("127.0.0.1:11434", listens[0].ToString());
        Assert.Equal("10.0.0.7:11434", listens[7].ToString());
    }

    [Fact]
    public void The_estate_of_a_server_that_listened_everywhere_is_valid()
    {
        var server = new HostServer("ollama.service", new IPEndPoint(IPAddress.IPv6Any, 11434));
        var place = new HostModelPlace(server, "ollama", 21434,
            HostModelPlace.ListensOf(server, [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("fd00::1")]));
        var edit = Gatehouse.Core.Estate.EstateEditor.Add(
            AdoptedEstate.Text("home", "shelf", "Europe/Berlin", isOnHost: true), place.Draft(), "gatehouse.yaml");
        var done = Assert.IsType<Gatehouse.Core.Estate.EstateEdit.Done>(edit);
        Assert.Contains(
            "[\"127.0.0.1:11434\", \"10.0.0.1:11434\", \"[fd00::1]:11434\"]", done.Text, StringComparison.Ordinal);
    }

    private static HostServerReading? Read(string lines)
        => HostServerReader.Read(Unit("ExecStart=/usr/local/bin/ollama serve\n" + lines), static path =>
            path == "/etc/default/ollama" ? "# hi\nOLLAMA_HOST=0.0.0.0\n" : null);

    private static UnitFacts Unit(string lines) => UnitReader.Read(
        "ollama.service", new UnitFile("/etc/systemd/system/ollama.service", $"[Service]\n{lines}\n"));
}
