using System.CommandLine;
using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Core.Estate;
using Gatehouse.Estate;
using Gatehouse.Outbound;

namespace Gatehouse.Cli;

/// <summary>
/// <c>gatehouse healthcheck</c>: asks the running gate whether calls would be served. For a container's health check,
/// where there is no shell and no curl.
/// </summary>
internal static class HealthcheckCommand
{
    /// <summary>A gate that takes longer to say that it is ready is not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var command = new Command("healthcheck", """
            Say whether the gate on this home is ready: exit 0, else 1 with the reason in one line.

            Examples:
              gatehouse healthcheck
              gatehouse healthcheck --home /data
            """) { HomeOption.Create() };
        command.SetAction((result, stop) => RunAsync(HomeOption.Resolve(result), stop));
        return command;
    }

    private static async Task<int> RunAsync(string home, CancellationToken stop)
    {
        // A file that is broken by now does not stop the gate that runs on the old one: it is where it usually is.
        var control = EstateFile.Read(home).Plan?.Control ?? ListenAddress.DefaultControl;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        try
        {
            using var client = new ControlClient(control, home);
            var reply = await client.GetAsync("/readyz", "application/json", limit.Token);
            using var answer = JsonDocument.Parse(reply.Body);
            var root = answer.RootElement;
            if (reply.Status != 200 || !root.GetProperty("ready").GetBoolean()) return No(Reason(root));
            Console.Out.WriteLine("ready");
            // Calls are served, and some may bypass the gate.
            foreach (var change in root.GetProperty("adoption-changes").EnumerateArray())
                Console.Out.WriteLine(SafeText.OneLine($"adoption: {change.GetString()}"));
            return ExitCodes.Done;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return No($"what answers at {control} is no gate of this version");
        }
        catch (OperationCanceledException)
        {
            return No($"the gate at {control} gave no answer within {Patience.TotalSeconds:0} s");
        }
        catch (Exception error) when (error is OutboundException or IOException)
        {
            return No($"no gate answers at {control}: {error.Message}");
        }
    }

    private static string Reason(JsonElement answer)
    {
        var ledger = $"ledger: {answer.GetProperty("ledger").GetString()}"
            + (answer.TryGetProperty("ledger-reason", out var why) ? $": {why.GetString()}" : "");
        var obstacle = answer.TryGetProperty("obstacle", out var named) ? named.GetString() : null;
        // What stands in the way is often the ledger's own state: once is enough.
        return obstacle is null || obstacle == ledger ? ledger : $"{obstacle}; {ledger}";
    }

    // Docker keeps 2 for itself, so every failure is a 1.
    private static int No(string why) => ActionClient.Say($"not ready: {SafeText.OneLine(why)}", ExitCodes.Failed);
}
