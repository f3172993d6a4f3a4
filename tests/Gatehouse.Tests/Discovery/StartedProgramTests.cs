using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Engine;
using Gatehouse.Discovery;

namespace Gatehouse.Tests.Discovery;

/// <summary>What a command starts is told through interpreters, packages, arrays and mounts.</summary>
public sealed class StartedProgramTests
{
    [Theory]
    [InlineData("node /a/lib/node_modules/openclaw/dist/index.js gateway --port 1", "openclaw")]
    [InlineData("node -r /a/hook.js /a/node_modules/.bin/claude -p hello", "claude")]
    [InlineData("bun run /a/node_modules/@anthropic-ai/claude-code/cli.js -p hello", "claude")]
    [InlineData("python3 -W ignore -m open_webui serve", "open-webui")]
    [InlineData("python3 /v/lib/python3.12/site-packages/aider/__main__.py --yes", "aider")]
    [InlineData("npx -y openclaw@2026.1 agent --message hello", "openclaw")]
    [InlineData("clawdbot chat --agent main --message hello", "clawdbot")]
    [InlineData("docker exec claw openclaw agent --message hello", "openclaw")]
    [InlineData("openclaw gateway --bind lan --port 1", "openclaw")]
    [InlineData("openclaw gateway install", null)]
    [InlineData("openclaw doctor", null)]
    [InlineData("node /a/node_modules/express/index.js", null)]
    [InlineData("node /a/openclaw/dist/index.js", null)]
    [InlineData("python3 -m llm.copies", null)]
    [InlineData("python3 /a/node_modules//x", null)]
    public void A_program_in_a_package_is_the_one_that_an_interpreter_starts(string command, string? program)
        => Assert.Equal(program is null ? [] : [program], EvidenceText.FindInArguments("", command.Split(' '))
            .Where(static piece => piece.Kind == EvidenceKind.ModelClient).Select(static piece => piece.Value));

    [Theory]
    [InlineData("python3 /v/lib/python3.12/site-packages/vllm/entrypoints/openai/api_server.py --port 1",
        "vllm.entrypoints.openai.api_server")]
    [InlineData("python3 -m optillm --port 1", "optillm")]
    [InlineData("python3 /srv/app/run.py -m vllm.entrypoints", null)]
    public void A_server_in_a_package_is_the_one_that_Python_starts(string command, string? server)
        => Assert.Equal(server is null ? [] : [server], EvidenceText.FindInArguments("", command.Split(' '))
            .Where(static piece => piece.Kind == EvidenceKind.ModelServer).Select(static piece => piece.Value));

    [Theory]
    [InlineData("a=(-x 1)\nrun \"${a[@]}\"", "true|run -x 1")]
    [InlineData("a=(\n -x 1 # not (this)\n)\nrun \"${a[@]}\" y", "true||||run   -x 1  y")]
    [InlineData("a=(-x)\nif true; then a+=(\"$(date +%s)\"); fi\nrun ${a[*]}",
        "true|if true; then true; fi|run -x \"$(date +%s)\"")]
    [InlineData("local -a b=(\"${a[@]}\" 'c)')\nrun \"${b[@]}\"", "local -a true|run \"${a[@]}\" 'c)'")]
    [InlineData("run \"${a[@]}\"", "run \"${a[@]}\"")]
    [InlineData("f=$(date)\n[[ $x =~ ^a=(b)$ ]]", "f=$(date)|[[ $x =~ ^a=(b)$ ]]")]
    public void Options_in_an_array_stand_where_it_is_used(string text, string lines)
    {
        var arrays = new ShellArrays();

        var read = text.Split('\n').Select(line => string.Join(' ', arrays.Read(line)
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        Assert.Equal(lines.Split('|').Select(static line => string.Join(' ', line.Split(' ',
            StringSplitOptions.RemoveEmptyEntries))).Where(static line => line.Length != 0),
            read.Where(static line => line.Length != 0));
    }

    [Fact]
    public void An_array_without_an_end_hides_no_command_behind_it_for_long()
    {
        var text = "a=(\n" + string.Concat(Enumerable.Repeat($"{new string('x', 100)}\n", 100)) + "claude -p hello\n";

        Assert.Contains(EvidenceText.FindInCommand("", text), static piece => piece.Kind == EvidenceKind.ModelClient);
    }

    [Theory]
    [InlineData("ghcr.io/openhands/agent-canvas:1", "OpenHands")]
    [InlineData("ghcr.io/openhands/runtime:1", null)]
    [InlineData("ghcr.io/open-webui/open-terminal", null)]
    [InlineData("ghcr.io/karakeep-app/karakeep-workers", "Karakeep")]
    [InlineData("ghcr.io/karakeep-app/karakeep-mcp", null)]
    [InlineData("openhands-tools:1", null)]
    [InlineData("me/my-whisper-api-server:1", "whisper.cpp")]
    [InlineData("me/whisper-server-docs:1", null)]
    [InlineData("hwdsl2/whisper-server", "Whisper server")]
    public void An_unknown_image_of_a_known_maker_is_its_product_unless_its_name_says_otherwise(
        string image, string? software) => Assert.Equal(software, SoftwareTable.Find(image)?.Name);

    [Theory]
    [InlineData("bash /boot/run.sh", null, "/srv/x/boot/run.sh")]
    [InlineData("./run.sh", "/boot", "/srv/x/boot/run.sh")]
    [InlineData("sh /data/run.sh", null, null)]
    [InlineData("sh /bootstrap/run.sh", null, null)]
    [InlineData("serve /boot/../etc/shadow", null, null)]
    [InlineData("serve /boot/serve.conf", null, "/srv/x/boot/serve.conf")]
    public void A_script_that_a_container_starts_is_read_where_it_is_mounted(
        string command, string? folder, string? opened)
    {
        var paths = new List<string>();
        var scripts = MountedScripts.Of(new StartedContainer([.. command.Split(' ')], folder, [],
            [
                new MountFact("bind", "/srv/x/boot", "/boot", false, "", ""),
                new MountFact("volume", "/var/lib/docker/volumes/d", "/data", true, "", "d"),
            ]), path =>
            {
                paths.Add(path);
                return "exec llama-server --port 9000\n";
            });

        Assert.Equal(opened is null ? [] : [opened], paths.Distinct());
        Assert.Equal(opened?.EndsWith(".sh", StringComparison.Ordinal) == true, scripts.Software is not null);
    }

    [Fact]
    public async Task An_app_s_own_helper_does_not_ask_because_it_is_given_the_app_s_variables()
    {
        using var host = new FakeHost();
        host.Put("/srv/a/compose.yaml", """
            services:
              app:
                image: example/board:1
                environment: [OPENAI_API_KEY=sk-1]
              board-mcp:
                image: example/board-mcp:1
                environment: [OPENAI_API_KEY=sk-1]
              graph-mcp:
                image: another/graph-mcp:1
                environment: [OPENAI_API_KEY=sk-1]
            """);

        var search = new HostSearch { Root = host.Root, Docker = "/nowhere/docker.sock" };
        var found = Classifier.Find(
            (await search.ScanAsync(null, TestContext.Current.CancellationToken)).Observations);

        Assert.Equal(["app", "graph-mcp"], found.Where(static one => one.Kind == DiscoveredKind.Job)
            .Select(static one => one.Name));
    }
}
