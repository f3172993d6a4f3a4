using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Estate;

public sealed class EstateEditorTests
{
    private static readonly ModelDraft Qwen =
        new("qwen3:8b", ModelProvider.Ollama, "http://ollama:11434") { Comment = ["seen in compose.yaml:4"] };

    private static readonly SinkDraft Feed = new("feed", SinkKind.Ntfy) { Url = "https://ntfy.example", Topic = "a b" };

    private static readonly JobDraft Chat = new()
    {
        Key = "open-webui",
        Owner = "unknown",
        Models = ["qwen3:8b"],
        Trigger = TriggerKind.Prompt,
        Source = new SourceDraft(SourceKind.Prompt),
        Sink = "feed",
        Can = new JobAbilities { SendExternally = YesNo.Yes },
    };

    private static readonly EstateDraft Draft = new() { Models = [Qwen], Sinks = [Feed], Jobs = [Chat] };

    [Fact]
    public void Entries_stand_at_the_end_of_their_blocks_and_all_else_stays()
    {
        var old = StarterEstate.Text("home");

        var done = Add(old, Draft);

        Assert.Equal(old, Without(done.Text, old));
        Assert.Contains("""
              # gpt: { provider: openai, url: https://api.openai.com/v1, name: gpt-4o-mini, credential: pass:ai/openai }
              # seen in compose.yaml:4
              qwen3:8b: { provider: ollama, url: http://ollama:11434 }

            # Needed for
            """, done.Text, StringComparison.Ordinal);
        Assert.EndsWith("""
              open-webui:
                owner: unknown
                model: qwen3:8b
                trigger: prompt
                source: prompt
                sink: feed
                can: { send-externally: true }

            """, done.Text, StringComparison.Ordinal);
        Assert.Equal("a b", done.Plan.Sinks["feed"].Topic);
    }

    [Theory]
    [InlineData("estate: 1\nmodels: {}\njobs: {}\n")]
    [InlineData("estate: 1\nmodels: {}   # none yet\njobs: {} # none\n# the end")]
    [InlineData("{ estate: 1, models: {}, jobs: {} }")]
    [InlineData("{ estate: 1,\n  models: { a: { provider: openai, url: 'http://h' }, },\n  jobs: {},\n}\n# end\n")]
    [InlineData("---\nestate: 1\nmodels:\n    a: { provider: openai, url: 'http://h' }\n\n\n# jobs\njobs: {}\n...\n")]
    [InlineData("estate: 1\r\nmodels: {}\r\njobs: {}\r\n")]
    [InlineData("\uFEFFestate: 1\nmodels: {}\njobs: {}\n")]
    [InlineData("  estate: 1\n  models: {}\n  jobs: {}\n")]
    [InlineData("estate: 1\nmodels: { a: { provider: openai, url: http://h } # why\n  }\njobs: {}\nname: x")]
    [InlineData("estate: 1\njobs: {}\nmodels:\n  a:\n    provider: openai\n    url: 'http://h'\n    # below a\n")]
    [InlineData("estate: 1\n\"models\": {\n}\njobs: {}\nsinks:\n  x: { kind: file, path: /a\n   }\n")]
    public void Every_way_to_write_a_file_is_added_to_and_what_stood_there_stays(string old)
    {
        var done = Add(old, Draft);

        Assert.Equal("feed", done.Plan.Jobs["open-webui"].Sink.Key);
        Assert.Contains("qwen3:8b", done.Plan.Models.Keys);
        var kept = old.Replace("{}", "", StringComparison.Ordinal).Where(sign => !char.IsWhiteSpace(sign));
        Assert.True(IsWithin([.. kept], done.Text), done.Text);
        Assert.DoesNotMatch("(?<!\r)\n", old.Contains("\r\n", StringComparison.Ordinal) ? done.Text : "");
    }

    [Fact]
    public void A_key_that_is_taken_or_an_unusable_file_changes_nothing_and_gives_what_to_paste()
    {
        var once = Add(StarterEstate.Text("home"), Draft);

        var twice = Assert.IsType<EstateEdit.Refused>(EstateEditor.Add(once.Text, Draft, "f"));
        var broken = Assert.IsType<EstateEdit.Refused>(EstateEditor.Add("estate: 1\njobs: [", Draft, "f"));

        Assert.Contains(twice.Problems, problem => problem.Message.Contains("twice", StringComparison.Ordinal));
        Assert.StartsWith("models:\n  # seen", broken.Snippet, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bare_estate_is_usable_and_can_be_added_to()
    {
        var bare = EstateEditor.BareText("lab", "Europe/Berlin");

        Assert.Empty(EstateReader.Read(bare, "f").Problems);
        Add(bare, Draft);
    }

    [Fact]
    public void Hostile_names_stay_values()
    {
        var hostile = Chat with { Owner = "a\"b\\ \u202e: {x} # y", Sink = "none", Models = ["llama"] };

        var done = Add(StarterEstate.Text("home"), new EstateDraft { Jobs = [hostile] });

        Assert.Equal(7, done.Text.Split('\n').Length - StarterEstate.Text("home").Split('\n').Length);
        Assert.Equal("a\"b\\ \u202e: {x} # y", done.Plan.Jobs["open-webui"].Owner);
    }

    private static EstateEdit.Done Add(string text, EstateDraft draft)
    {
        var edit = EstateEditor.Add(text, draft, "f");
        Assert.False(edit is EstateEdit.Refused, string.Join('\n', (edit as EstateEdit.Refused)?.Problems ?? []));
        return (EstateEdit.Done)edit;
    }

    /// <summary>The new text without the lines that the old one lacks.</summary>
    private static string Without(string text, string old)
    {
        var lines = new Queue<string>(old.Split('\n'));
        return string.Join('\n', text.Split('\n').Where(line => lines.TryPeek(out var next) && next == line
            && lines.Dequeue() is not null));
    }

    /// <summary>Whether the signs stand in the text in this order.</summary>
    private static bool IsWithin(char[] signs, string text)
    {
        var next = 0;
        foreach (var sign in text)
        {
            if (next < signs.Length && signs[next] == sign) next++;
        }
        return next == signs.Length;
    }
}
