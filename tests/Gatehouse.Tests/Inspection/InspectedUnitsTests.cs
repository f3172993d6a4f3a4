using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.UnitFiles;
using Gatehouse.Core.Inspection;
using Gatehouse.Core.Systemd;
using Gatehouse.Inspection;

namespace Gatehouse.Tests.Inspection;

/// <summary>Which units and processes are inspected when no name is given: what discovery finds.</summary>
public sealed class InspectedUnitsTests
{
    [Theory]
    [InlineData("llm.service", "/usr/local/bin/ollama serve", true)]
    [InlineData("digest.service", "/usr/bin/curl -d @/srv/q http://127.0.0.1:11434/api/chat", true)]
    [InlineData("n8n.service", "/usr/bin/node /srv/start", true)]
    [InlineData("open-webui@home.service", "/opt/venv/bin/python /srv/start", true)]
    [InlineData("flows.service", "-/usr/bin/node-red --port 1880", true)]
    [InlineData("web.service", "/usr/sbin/nginx -g off", false)]
    [InlineData("ollama-watch.service", "/usr/bin/touch /run/seen", false)]
    public void A_unit_is_inspected_when_discovery_finds_it_or_knows_its_program(
        string name, string command, bool isFound)
    {
        var file = new UnitFile($"/etc/systemd/system/{name}", $"[Service]\nExecStart={command}");
        var unit = UnitReader.Read(name, [file]);

        Assert.Equal(isFound, HomeAssistantOf(unit).IsFound(unit));
    }

    [Theory]
    [InlineData("litellm", true)]
    [InlineData("sshd", false)]
    public void A_process_is_inspected_when_its_program_is_known(string program, bool isFound)
        => Assert.Equal(isFound, HomeAssistantOf().IsFound(new ProcessFacts { Id = 7, Program = program }));

    [Fact]
    public void A_process_is_inspected_when_discovery_found_it()
    {
        var process = new ProcessFacts { Id = 7, Program = "start.py" };
        var discovered = new DiscoveredItem
        {
            Kind = DiscoveredKind.Job,
            Name = "start",
            Identities = [ObservationIdentity.Process(7)],
        };
        var input = HomeAssistantOf() with { Discoveries = [discovered] };

        Assert.True(input.IsFound(process));
        Assert.False(input.IsFound(process with { Id = 77 }));
    }

    private static InspectionInput HomeAssistantOf(params UnitFacts[] units) => new()
    {
        Scene = null!,
        Units = units,
        Processes = [],
        Discoveries = Classifier.Find(new HostObservations
        {
            Observations = [.. UnitObservations.Of(new UnitSet(units), new ScriptCache(static _ => null))],
        }),
        NotSeen = [],
        Unseen = [],
    };
}
