using Gatehouse.Core.Estate;

namespace Gatehouse.Tests.Estate;

/// <summary>Entries that an estate file has already are added to, in whatever form they are written.</summary>
public sealed class EstateAmendmentTests
{
    private static readonly EstateDraft Draft = new()
    {
        Models = [new ModelDraft("ollama", ModelProvider.Ollama, "http://10.214.0.9:11434") { Name = "*" }],
        ModelMoves = [new ModelMove("a", "http://10.214.0.9:11434")],
        JobChanges =
        [
            new JobChange("j")
            {
                More = [new("mode", "observe"), new("listen", "[\"10.214.0.10:11434\", \"10.214.0.10:8000\"]")],
                AlsoModels = ["ollama"],
            },
        ],
    };

    [Theory]
    [InlineData("""
        models:
          a: { provider: ollama, url: "http://ollama:11434" }   # seen there
        jobs:
          # the one
          j:
            owner: me
            model: a
            source: prompt
            sink: stdout
            # a thought at its end

          k: { owner: me, model: a, source: prompt, sink: stdout }
        """)]
    [InlineData("""
        models: { a: { url: 'http://ollama:11434', provider: ollama } }
        jobs: { j: { owner: me, models: [ a, ], source: prompt, sink: stdout },
                k: { owner: me, model: a, source: prompt, sink: stdout } }
        """)]
    [InlineData("""
        jobs:
            j:
                models:
                    - a
                    # and no other
                owner: me
                source:
                    kind: prompt
                sink: stdout
            k:
                owner: me
                model: a
                source: prompt
                sink: stdout
        models:
            a:
                provider: ollama
                url: http://ollama:11434   # the old place
        """)]
    [InlineData("""
        models: { a: { url: 'http://ollama:11434', provider: ollama } }
        jobs:
          k: { owner: me, model: a, source: prompt, sink: stdout }
          j: { owner: me, models: [a  # and no other
               ], source: prompt, sink: stdout  # the end
             }
        """)]
    public void An_entry_gets_what_it_lacks_and_all_else_stays(string entries)
    {
        foreach (var end in new[] { "\n", "\r\n" })
        {
            var old = ("estate: 1\n" + entries + "\n").ReplaceLineEndings(end);

            var edit = EstateEditor.Add(old, Draft, "f");

            var done = Assert.IsType<EstateEdit.Done>(edit);
            var job = done.Plan.Jobs["j"];
            Assert.Equal(JobMode.Observe, job.Mode);
            Assert.Equal(["10.214.0.10:11434", "10.214.0.10:8000"], job.Listen.Select(static one => one.ToString()));
            Assert.Equal(["a", "ollama"], job.Models.Select(static model => model.Key));
            Assert.Equal("10.214.0.9", done.Plan.Models["a"].Url.Host);
            Assert.Equal(JobMode.Enforce, done.Plan.Jobs["k"].Mode);
            foreach (var line in old.Split('\n').Where(static line => line.Contains('#', StringComparison.Ordinal)))
            {
                var comment = line[line.IndexOf('#', StringComparison.Ordinal)..];
                Assert.Contains(comment, done.Text, StringComparison.Ordinal);
            }
            Assert.DoesNotMatch("(?<!\r)\n", end == "\r\n" ? done.Text : "");
        }
    }

    [Fact]
    public void What_an_entry_says_already_is_kept()
    {
        const string old = """
            estate: 1
            models: { a: { provider: ollama, url: http://ollama:11434 } }
            jobs:
              j: { owner: me, model: a, source: prompt, sink: stdout, mode: enforce, listen: "127.0.0.9:1" }

            """;

        var done = Assert.IsType<EstateEdit.Done>(EstateEditor.Add(old, Draft, "f"));

        Assert.Equal(JobMode.Enforce, done.Plan.Jobs["j"].Mode);
        Assert.Equal(["127.0.0.9:1"], done.Plan.Jobs["j"].Listen.Select(static one => one.ToString()));
    }

    [Theory]
    [InlineData("b", "j")]
    [InlineData("a", "other")]
    public void A_change_of_what_is_not_there_changes_nothing(string model, string job)
    {
        const string old = """
            estate: 1
            models: { a: { provider: ollama, url: http://ollama:11434 } }
            jobs: { j: { owner: me, model: a, source: prompt, sink: stdout } }
            """;
        var draft = new EstateDraft
        {
            ModelMoves = [new ModelMove(model, "http://h:1")],
            JobChanges = [new JobChange(job) { More = [new("mode", "observe")] }],
        };

        Assert.IsType<EstateEdit.Refused>(EstateEditor.Add(old, draft, "f"));
    }
}
