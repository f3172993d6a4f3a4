using System.CommandLine;
using System.Net;
using Gatehouse.Demo;

namespace Gatehouse.Cli;

/// <summary>
/// <c>gatehouse scripted-model</c>: the demo's model as a process of its own, for tests and benches. Hidden, because
/// nobody who runs a gate needs it.
/// </summary>
internal static class ScriptedModelCommand
{
    public static Command Create()
    {
        var listen = new Option<string>("--listen")
        {
            Description = "Where to listen: ADDRESS:PORT (port 0 picks a free one) or unix:PATH.",
            DefaultValueFactory = _ => "127.0.0.1:0",
        };
        var knobs = new Option<string>("--knobs")
        {
            Description = "Knobs of every call that sets none, for example \"delay-token=25\".",
            DefaultValueFactory = _ => "",
        };
        var command = new Command("scripted-model", "Run the scripted model: a server that answers from a script.")
        {
            Hidden = true,
        };
        command.Options.Add(listen);
        command.Options.Add(knobs);
        command.SetAction((result, cancel) => RunAsync(result.GetValue(listen)!, result.GetValue(knobs)!, cancel));
        return command;
    }

    private static async Task<int> RunAsync(string listen, string knobs, CancellationToken cancel)
    {
        const string unix = "unix:";
        var options = new ScriptedModelOptions { Knobs = knobs };
        IPEndPoint? endPoint = null;
        if (!listen.StartsWith(unix, StringComparison.Ordinal) && !IPEndPoint.TryParse(listen, out endPoint))
        {
            await Console.Error.WriteLineAsync($"--listen takes ADDRESS:PORT or unix:PATH, not '{listen}'.");
            return 2;
        }

        await using var model = endPoint is null
            ? await ScriptedModel.StartAsync(listen[unix.Length..], options, cancel)
            : await ScriptedModel.StartAsync(endPoint, options, cancel);
        Console.WriteLine(model.Address);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);
        }
        catch (OperationCanceledException)
        {
            // Only the signal to stop ends it, which is not an error.
        }

        return 0;
    }
}
