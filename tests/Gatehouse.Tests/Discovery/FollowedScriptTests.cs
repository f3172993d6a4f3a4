using Gatehouse.Core.Discovery;
using Gatehouse.Core.Discovery.HomeAssistant;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Syntax;

namespace Gatehouse.Tests.Discovery;

/// <summary>What scripts and configurations name is read one step further, and no more than that.</summary>
public sealed class FollowedScriptTests
{
    [Theory]
    [InlineData("source /srv/x/lib.sh", "/srv/x/lib.sh")]
    [InlineData(". ./lib.sh", "/srv/a/lib.sh")]
    [InlineData("source lib.sh || exit 1", "/srv/a/lib.sh")]
    [InlineData("cd /srv/b && . ./lib.sh", "/srv/b/lib.sh")]
    [InlineData("if [ -r /srv/b/lib.sh ]; then . /srv/b/lib.sh; fi", "/srv/b/lib.sh")]
    [InlineData("D=/srv/d\n. \"${D}/lib.sh\"", "/srv/d/lib.sh")]
    [InlineData(". \"$(dirname \"$0\")/lib.sh\"", "/srv/a/lib.sh")]
    [InlineData("source \"${BASH_SOURCE[0]%/*}/../lib.sh\"", "/srv/lib.sh")]
    [InlineData("D=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")\" >/dev/null 2>&1 && pwd -P)\"\nsource \"$D/l.sh\"",
        "/srv/a/l.sh")]
    [InlineData("S=$(readlink -f \"$0\")\nD=$(dirname \"$S\")\n. $D/l.sh", "/srv/a/l.sh")]
    [InlineData("source \"$ELSEWHERE/lib.sh\"", null)]
    [InlineData("source \"$(find /srv)/lib.sh\"", null)]
    [InlineData("# source /srv/x/lib.sh", null)]
    [InlineData("echo source /srv/x/lib.sh", null)]
    [InlineData(". /srv/a/run.sh", null)]
    public void A_file_that_a_script_of_the_shell_takes_in_is_found(string text, string? path)
        => Assert.Equal(path is null ? [] : [path], ShellSources.Of("/srv/a/run.sh", text).ToArray());

    [Theory]
    [InlineData("claude -p \"$(cat a.md)\" --model x", "claude -p $(cat a.md) --model x|cat a.md")]
    [InlineData("A=$(cd /x && nice claude -p b)", "A=$(cd /x && nice claude -p b)|cd /x|nice claude -p b")]
    [InlineData("echo \"$(echo \"$(date)\")\"; ls", "echo $(echo \"$(date)\")|echo $(date)|date|ls")]
    [InlineData("echo $((1 + 2)) 'x $(y)'", "echo $((1 + 2)) x $(y)|1 + 2")]
    [InlineData("A=$(cd /x", "A=$|cd /x")]
    public void A_command_whose_output_is_put_in_comes_behind_the_one_that_uses_it(string line, string commands)
        => Assert.Equal(commands, string.Join('|', ShellWords.Commands(line).Select(words => string.Join(' ', words))));

    [Theory]
    [InlineData("B=\"$(command -v claude)\"", "claude")]
    [InlineData("B=$(which claude)", "claude")]
    [InlineData("B=\"${B:-$(command -v claude)}\"", "claude")]
    [InlineData("B=$(date)", "")]
    [InlineData("D=/a\nB=\"${B:-${C:-$D/x}}\"", "/a/x")]
    [InlineData("B=\nB=${B:-1}  # one", "1")]
    public void A_variable_of_the_shell_holds_its_default_or_the_program_that_is_looked_up(string text, string value)
    {
        var variables = new ShellVariables();
        foreach (var words in text.Split('\n').SelectMany(ShellWords.Commands)) variables.Take(words);

        Assert.Equal(value, variables.Expand("$B"));
    }

    [Fact]
    public void Of_a_file_that_is_taken_in_the_functions_and_settings_that_are_used_count()
    {
        const string Library = """
            BASE=http://gpu:9000
            URL=$BASE/v1
            KEY=x
            ask() {
              post "$URL"
            }
            post() { curl "$1"; }
            function other {
              curl http://ollama:11434/api/chat
            }
            echo ready
            """;

        var used = ShellLibrary.UsedBy("#!/bin/sh\n. ./lib.sh\nask", Library).Split('\n');

        Assert.Equal(["BASE=http://gpu:9000", "URL=$BASE/v1", "ask() {", "  post \"$URL\"", "}",
            "post() { curl \"$1\"; }", "echo ready"], used.Where(static line => line.Length != 0));
        Assert.Equal(11, used.Length);
    }

    [Fact]
    public void A_script_calls_at_an_address_that_the_file_beside_it_holds_and_no_further_one_is_read()
    {
        var opened = new List<string>();
        var scripts = new ScriptCache(path =>
        {
            opened.Add(path);
            return path switch
            {
                "/srv/a/run.sh" => "#!/bin/bash\nsource lib.sh\ncurl \"$BASE/v1/chat/completions\" -d @b\n",
                "/srv/a/lib.sh" => "source more.sh\nBASE=http://gpu:9000\nOPENAI_API_KEY=sk-1\n",
                _ => null,
            };
        });

        var evidence = scripts.Evidence("/srv/a/run.sh");

        Assert.Contains(evidence, static piece => piece is
        { Kind: EvidenceKind.ModelUrl, Value: "http://gpu:9000/v1/chat/completions" });
        Assert.DoesNotContain(evidence, static piece => piece.Kind == EvidenceKind.ModelKey);
        Assert.Equal(["/srv/a/run.sh", "/srv/a/lib.sh"], opened);
    }

    [Theory]
    [InlineData("subprocess.run([\"/srv/x/ask\", text])", "/srv/x/ask")]
    [InlineData("ASK = \"/srv/x/ask\"\nsubprocess.run(\n    [ASK, text.strip()],\n    check=False)", "/srv/x/ask")]
    [InlineData("ASK = Path('/srv/x/ask.py')\nsubprocess.check_output([sys.executable, str(ASK)])", "/srv/x/ask.py")]
    [InlineData("os.system('/srv/x/ask --now')", "/srv/x/ask")]
    [InlineData("subprocess.run([\"/usr/bin/python3\", \"/srv/x/ask.py\"])", "/srv/x/ask.py")]
    [InlineData("subprocess.run([\"ask\", \"-f\"])", null)]
    [InlineData("ASK = \"/srv/x/ask\"\nprint(ASK)", null)]
    public void A_script_that_one_of_Python_starts_by_its_path_is_found(string text, string? path)
        => Assert.Equal(path is null ? [] : [path], StartedScripts.Of(text).ToArray());

    [Theory]
    [InlineData("automation: !include_dir_merge_list automations/", "automation /c/automations Folder")]
    [InlineData("automation lights: !include_dir_list 'lights' # mine", "automation /c/lights FolderOfEach")]
    [InlineData("  packages: !include_dir_named rooms", "packages /c/rooms FolderOfEach")]
    [InlineData("script: !include /config/more/scripts.yaml", "script /c/more/scripts.yaml File")]
    [InlineData("automation: !include_dir_list ../other", null)]
    [InlineData("automation: !include_dir_list /etc", null)]
    [InlineData("sensor: !include_dir_list sensors", null)]
    public void What_a_configuration_of_Home_Assistant_takes_in_is_found(string line, string? include)
        => Assert.Equal(include is null ? [] : [include], HomeIncludes.Of("/c", $"default_config:\n{line}\n")
            .Select(static one => $"{one.Section} {one.Path} {one.Kind}"));

    [Theory]
    [InlineData("02_FetchJIRACreateTCAIAgent_Local_LLM_ollama", true)]
    [InlineData("Fetch-JIRA-Create-TCAI-Agents-Of-Us", true)]
    [InlineData("sk-proj-aBcDeFgHiJkLmNoPqRsTuVwX", false)]
    [InlineData("aBcDeFgHiJkLmNoPqRsTuVwXyZ_aBcDeF", false)]
    [InlineData("a1b2c3d4_e5f6a7b8_c9d0e1f2_FetchIt", false)]
    public void A_name_of_many_words_is_shown_and_a_token_is_not(string name, bool isShown)
        => Assert.Equal(isShown ? name : DisplayWord.Hidden, DisplayWord.Name(name));
}
