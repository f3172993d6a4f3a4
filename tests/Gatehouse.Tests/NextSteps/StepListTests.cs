using Gatehouse.Core.Estate;
using Gatehouse.Core.Inspection;
using Gatehouse.Core.NextSteps;
using Gatehouse.Tests.Inspection;

namespace Gatehouse.Tests.NextSteps;

/// <summary>Which step comes first, and which are there at all.</summary>
public sealed class StepListTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private const string Calm = """
        estate: 1
        models: { m: { provider: ollama, url: "http://127.0.0.1:11434" } }
        jobs:
          calm: { owner: o, model: m, trigger: manual, source: prompt, sink: none, limits: { requests-per-minute: 5 },
            can: { alter-data: false, send-externally: false, receive-feedback: false, change-itself: false } }
        """;

    private static readonly StepScene Quiet = new() { Now = Now, Plan = Read(Calm) };

    [Fact]
    public void A_host_in_order_has_no_step() => Assert.Empty(NextStepList.Of(Quiet));

    [Fact]
    public void A_container_that_owns_the_host_comes_first_and_what_is_only_untidy_last()
    {
        var findings = Scenery.Calm.In("lan").Seeing(Contained.Bind("/var/run"), Contained.Bind("/"))
            .Having(Contained.Rights with { IsPrivileged = true, MemoryBytes = 0 }).Look();
        var scene = Quiet with
        {
            Plan = Read(Calm.Replace("alter-data: false, ", "", StringComparison.Ordinal)),
            Findings = findings,
            HasLedger = true,
            Undeclared = [new UndeclaredApp("container", "chat", "stack")],
        };

        var steps = NextStepList.Of(scene);

        Assert.Equal(
            ["GH-MNT-001", "GH-MNT-001", "GH-PRV-001", "GH-MNT-010", "undeclared", "GH-NET-001"],
            steps.Take(6).Select(static step => step.Key.StartsWith("finding", StringComparison.Ordinal)
                ? step.Key.Split(' ')[1] : step.Key.Split(' ')[0]));
        Assert.Equal("checkpoint", steps.Single(static step => step.Source == StepSource.Checkpoint).Key);
        Assert.Equal("It may use all memory.", steps[^1].Title["container news: ".Length..]);
        Assert.True(steps.First(static step => step.Key == "unknown alter-data").Rank
            > steps.Where(static step => !step.Key.StartsWith("finding", StringComparison.Ordinal))
                .Where(static step => step.Key != "unknown alter-data").Max(static step => step.Rank));
        Assert.Equal(steps.Select(static step => step.Key), NextStepList.Of(scene).Select(static step => step.Key));
    }

    [Fact]
    public void What_somebody_moved_since_the_adoption_comes_before_all_else()
    {
        var findings = Scenery.Calm.Having(Contained.Rights with { IsPrivileged = true }).Look();

        var step = NextStepList.Of(Quiet with { Findings = findings, Changed = ["ollama stands elsewhere."] })[0];

        Assert.Equal(
            ("adoption changed", "gatehouse adopt", "ollama stands elsewhere."), (step.Key, step.Command, step.Read));
        Assert.True(StepKeys.IsSeenIn(step.Key, StepSource.Engine));
    }

    [Theory]
    [InlineData("change-itself: false", "unknown change-itself")]
    [InlineData("receive-feedback: false, ", "unknown receive-feedback")]
    public void A_question_without_an_answer_is_a_step(string taken, string key)
    {
        var plan = Read(Calm.Replace(taken, "", StringComparison.Ordinal));

        var step = Assert.Single(NextStepList.Of(Quiet with { Plan = plan }));

        Assert.Equal((key, StepSource.Estate), (step.Key, step.Source));
        Assert.Contains("gatehouse reload", step.Command, StringComparison.Ordinal);
    }

    [Fact]
    public void One_question_is_asked_for_all_jobs_together()
    {
        var estate = Calm.Replace("alter-data: false, ", "", StringComparison.Ordinal);
        var job = estate[estate.IndexOf("  calm:", StringComparison.Ordinal)..];
        var plan = Read($"{estate}\n{job.Replace("calm", "quiet", StringComparison.Ordinal)}");

        var step = Assert.Single(NextStepList.Of(Quiet with { Plan = plan }));

        Assert.Equal("unknown alter-data", step.Key);
        Assert.Contains("under jobs.calm and jobs.quiet: can: { alter-data: false }", step.Command,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_one_adoption_takes_together_is_one_step()
    {
        var scene = Quiet with
        {
            Undeclared = [new("container", "web", "stack"), new("container", "worker", "stack"), new("unit", "x", "x")],
        };

        Assert.Equal(["gatehouse adopt stack", "gatehouse adopt x"],
            NextStepList.Of(scene).Select(static step => step.Command));
    }

    [Fact]
    public void An_app_that_cannot_be_adopted_is_to_be_declared_and_no_step_says_to_adopt_it()
    {
        var beside = (Scenery.Calm.Beside("inner") with
        {
            Gatehouse = GatehouseFacts.Unknown with { ModelServers = [Contained.OtherId] },
        }).Look();
        var scene = Quiet with { Findings = beside, Undeclared = [new UndeclaredApp("container", "chat", "news")] };

        var before = NextStepList.Of(scene).Where(static step => step.Rank < 5_000).ToArray();
        var after = NextStepList.Of(scene with { NotAdoptable = scene.NotAdoptable.Add("news", "No image.") })
            .Where(static step => step.Rank < 5_000).ToArray();

        Assert.Equal(["news", "news"], before.Select(static step => step.Adopts));
        Assert.Equal(before.Select(static step => step.Key), after.Select(static step => step.Key));
        Assert.All(after, static step =>
        {
            Assert.Null(step.Adopts);
            Assert.DoesNotContain("gatehouse adopt", step.Command, StringComparison.Ordinal);
            Assert.EndsWith("not possible: No image.", step.Read, StringComparison.Ordinal);
        });
        Assert.Contains(after, static step =>
            step.Command.StartsWith("gatehouse discover --write, then gatehouse reload", StringComparison.Ordinal));
    }

    [Fact]
    public void A_command_works_as_it_is_shown_for_any_user_and_home()
    {
        var scene = Quiet with
        {
            Plan = Read(Calm.Replace("alter-data: false, ", "", StringComparison.Ordinal)),
            Undeclared = [new UndeclaredApp("container", "chat", "stack")],
            IsRoot = false,
            HomeOption = " --home /srv/g",
            Options = " --home /srv/g --docker /run/d.sock",
        };

        var steps = NextStepList.Of(scene);

        Assert.Equal("sudo gatehouse adopt stack --home /srv/g --docker /run/d.sock", steps[0].Command);
        Assert.EndsWith("gatehouse reload --home /srv/g", steps[1].Command, StringComparison.Ordinal);
        Assert.Equal("gatehouse init --home /srv/g",
            NextStepList.Of(scene with { Plan = null })[0].Command);
    }

    [Theory]
    [InlineData("limits: { requests-per-minute: 5 },", "", "limits")]
    [InlineData("owner: o,", "owner: o, mode: observe,", "observe")]
    [InlineData("\" } }", "\", credential: env:KEY } }", "credential models.m")]
    [InlineData("\" } }", "\", credential: file:/srv/key } }", "credential models.m")]
    public void What_the_estate_leaves_open_is_a_step(string old, string changed, string key)
        => Assert.Equal(key,
            Assert.Single(
                NextStepList.Of(Quiet with { Plan = Read(Calm.Replace(old, changed, StringComparison.Ordinal)) })).Key);

    [Fact]
    public void A_credential_in_a_vault_is_no_step()
        => Assert.Empty(NextStepList.Of(Quiet with
        {
            Plan = Read(Calm.Replace("\" } }", "\", credential: pass:ai/m } }", StringComparison.Ordinal)),
        }));

    [Theory]
    [InlineData(30, false)]
    [InlineData(31, true)]
    public void A_service_token_is_old_after_thirty_days(int days, bool isStep)
    {
        var scene = Quiet with { Tokens = [new TokenAge("tok_1", "calm", Now.AddDays(-days))] };

        Assert.Equal(isStep, NextStepList.Of(scene).Any(static step => step.Key == "token tok_1"));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(31, true)]
    [InlineData(29, false)]
    public void A_checkpoint_has_to_be_seen_elsewhere_once_a_month(int? days, bool isStep)
    {
        var scene = Quiet with { HasLedger = true, CheckpointSeen = days is { } ago ? Now.AddDays(-ago) : null };

        Assert.Equal(isStep, NextStepList.Of(scene).Length == 1);
        Assert.Empty(NextStepList.Of(scene with { HasLedger = false }));
    }

    [Fact]
    public void Without_an_estate_the_step_is_to_write_one_and_an_estate_out_of_sight_is_none()
    {
        Assert.Equal("gatehouse init", Assert.Single(NextStepList.Of(Quiet with { Plan = null })).Command);
        Assert.Empty(NextStepList.Of(Quiet with { Plan = null, NotSeen = [StepSource.Estate] }));
    }

    [Fact]
    public void Every_step_says_all_that_a_person_needs()
    {
        var plan = Read(Calm.Replace(", change-itself: false", "", StringComparison.Ordinal)
            .Replace("limits: { requests-per-minute: 5 },", "mode: observe,", StringComparison.Ordinal)
            .Replace("\" } }", "\", credential: env:KEY } }", StringComparison.Ordinal));
        var scene = Quiet with
        {
            Plan = plan,
            HasLedger = true,
            Findings = Scenery.Calm.In("lan").Look(),
            Tokens = [new TokenAge("tok_1", "calm", Now.AddDays(-90))],
            Undeclared = [new UndeclaredApp("container", "chat", "stack; reboot")],
        };

        var steps = NextStepList.Of(scene);

        Assert.Equal(9, steps.Length);
        Assert.All(steps, step =>
        {
            Assert.All(
                [step.Title, step.Why, step.Read, step.Command, step.Undo, step.Check],
                static text => Assert.False(string.IsNullOrWhiteSpace(text)));
            Assert.True(StepKeys.IsSeenIn(step.Key, step.Source), step.Key);
        });
        Assert.Contains(steps, static step => step.Command == "gatehouse adopt 'stack; reboot'");
    }

    private static EstatePlan Read(string text)
    {
        var reading = EstateReader.Read(text, "gatehouse.yaml");
        Assert.Empty(reading.Problems);
        return reading.Plan!;
    }
}
