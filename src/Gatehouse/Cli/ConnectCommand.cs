using System.CommandLine;
using System.Globalization;
using Gatehouse.Actions;
using Gatehouse.Core.Estate;
using Gatehouse.Estate;
using Gatehouse.Outbound;
using Gatehouse.Storage;

namespace Gatehouse.Cli;

/// <summary>
/// <c>gatehouse connect</c>: what to set in an app that is elsewhere, and whether it then worked.
/// </summary>
internal static class ConnectCommand
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromMinutes(10);

    private static readonly Argument<string> App = new("APP")
    {
        Description = $"One of {string.Join(", ", ConnectApp.All.Select(app => app.Name))}",
        HelpName = "APP",
    };

    private static readonly Option<string> Job =
        new("--job") { Description = "The job that the app is", Required = true };

    private static readonly Option<string?> Address = new("--address")
    {
        Description = "The gate as the app reaches it, such as http://gate:8420",
        HelpName = "URL",
    };

    private static readonly Option<string> Wait = new("--wait")
    {
        Description = "How long to wait for the first call: 90s, 10m",
        DefaultValueFactory = _ => "10m",
    };

    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "Only print what to set" };

    public static Command Create()
    {
        App.AcceptOnlyFromAmong([.. ConnectApp.All.Select(app => app.Name)]);
        var command = new Command("connect", """
            Print what to set in an app, wait for its first call, and say whether it is connected.

            Examples:
              gatehouse connect open-webui --job chat
              gatehouse connect home-assistant --job voice --address http://192.168.1.5:8420 --wait 2m
            """) { App, Job, Address, Wait, NoWait, HomeOption.Create() };
        command.Validators.Add(result =>
        {
            // Without the option there is no value here yet; its default comes later and is good.
            if (result.GetValue(Wait) is { } duration && CommandDuration.TryParse(duration) is null)
                result.AddError("--wait takes a duration such as 90s or 10m.");
            if (result.GetValue(Address) is { } text && !IsAddress(text))
                result.AddError("--address takes a URL such as http://gate:8420, without a path.");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" && url.PathAndQuery == "/" && url.UserInfo.Length == 0;

    private static async Task<int> RunAsync(ParseResult result, CancellationToken stop)
    {
        var home = HomeOption.Resolve(result);
        var reading = EstateFile.Read(home);
        if (reading.Plan is not { } plan)
        {
            EstateProblemText.Write(reading, Console.Error);
            return ExitCodes.Unusable;
        }
        var name = result.GetValue(Job)!;
        if (!plan.Jobs.TryGetValue(name, out var job))
        {
            return ActionClient.Say($"There is no job '{SafeText.OneLine(name)}'. See: gatehouse jobs",
                ExitCodes.Failed);
        }
        Print(plan, job, result);
        return result.GetValue(NoWait)
            ? ExitCodes.Done
            : await WaitAsync(home, plan, job, CommandDuration.TryParse(result.GetValue(Wait)!) ?? DefaultWait, stop);
    }

    private static void Print(EstatePlan plan, JobPlan job, ParseResult result)
    {
        var app = ConnectApp.All.Single(one => one.Name == result.GetValue(App));
        var target = ConnectTarget.Choose(plan, job, result.GetValue(Address)?.TrimEnd('/'));
        var model = job.Models.FirstOrDefault(one => !one.IsAny)?.UpstreamName ?? "MODEL";
        Console.Out.WriteLine(app.Text(job.Key, model, target));
        Console.Out.WriteLine();
        if (ConnectApp.TokenCommand(job.Key, target) is { } command)
        {
            Console.Out.WriteLine($"TOKEN is what this prints; CIDR is the app's network, such as 172.18.0.0/16:\n"
                + $"  {command}");
        }
        foreach (var note in target.Notes) Console.Out.WriteLine(note);
        if (app.WithoutKeyField(job.Key, target) is { } otherwise) Console.Out.WriteLine(otherwise);
    }

    private static async Task<int> WaitAsync(
        string home, EstatePlan plan, JobPlan job, TimeSpan wait, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var first = new FirstCall(HomeDirectory.OpenExisting(home), job.Key, plan.Control);
        try
        {
            await first.StartAsync(limit.Token);
            limit.CancelAfter(wait);
            Console.Out.WriteLine($"\nWaiting for the first call of {job.Key} …");
            var row = await first.WaitAsync(TimeProvider.System, Say, limit.Token);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"connected: {SafeText.OneLine(row.Model ?? "?")} answered {job.Key} at {row.Started:HH:mm:ss} UTC "
                + $"in {row.DurationMilliseconds} ms ({row.Id})"));
            return ExitCodes.Done;
        }
        catch (OperationCanceledException)
        {
            return ActionClient.Say(
                $"not connected: {first.WhyNot ?? "nothing arrived. Does the app reach the address above?"}",
                ExitCodes.Failed);
        }
        catch (OutboundException)
        {
            return ActionClient.Say(
                "The gate does not answer, so nothing can arrive. Start it with: gatehouse serve",
                ExitCodes.Unavailable);
        }
        catch (Exception error) when (error is HomeException or IOException or UnauthorizedAccessException)
        {
            return ActionClient.Say(error.Message, ExitCodes.Unusable);
        }
    }

    private static void Say(string what) => Console.Out.WriteLine(SafeText.OneLine(what));
}
