using System.Collections;
using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Linux;
using Gatehouse.Outbound;

namespace Gatehouse.Cli;

/// <summary>Runs a job's command with a token that lives exactly as long as it does: made for cron.</summary>
internal static class ExecCommand
{
    // Numbers of signal(7) on x86 and ARM. They have no name in .NET, which takes the system's own number instead.
    private const int User1 = 10;
    private const int User2 = 12;

    private static readonly PosixSignal[] Forwarded =
    [
        PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM,
        PosixSignal.SIGCONT, PosixSignal.SIGWINCH,
        (PosixSignal)User1, (PosixSignal)User2,
    ];

    public static Command Create()
    {
        var job = new Option<string>("--job") { Description = "The job that the command is", Required = true };
        var sameUser = new Option<bool>("--same-user")
        {
            Description = "Run as the home's owner all the same: the command can then read the ledger's keys",
        };
        var words = new Argument<string[]>("COMMAND")
        {
            Description = "The command and its arguments, after --",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("exec",
            "Run a command with a fresh token in the variables that OpenAI, Ollama and Anthropic clients read.\n" +
            "The token ends with the command. The command's exit code is returned.\n\n" +
            "Examples:\n" +
            "  gatehouse exec --job news-summariser -- python3 summarise.py\n" +
            "  0 7 * * * gatehouse exec --home /var/lib/gatehouse --job news-summariser -- /srv/news/run")
        {
            job, sameUser, words, HomeOption.Create(),
        };
        command.SetAction((result, stop) => RunAsync(
            HomeOption.Resolve(result), result.GetValue(job)!, result.GetValue(words)!, result.GetValue(sameUser),
            stop));
        return command;
    }

    private static async Task<int> RunAsync(
        string homePath, string job, string[] words, bool sameUser, CancellationToken stop)
    {
        try
        {
            if (!sameUser && IsOwner(homePath))
            {
                throw new ActionException(
                    "This is the user that owns the home: a command run by it can read the ledger's keys, change the " +
                    "ledger and act as any job. " +
                    "Run it as another user that the job's run-as: names, or add --same-user to accept that.",
                    ExitCodes.Unusable);
            }
            using var socket = ActionClient.Connect(homePath)
                ?? throw new ActionException(
                    $"No gate runs on {homePath}, so the command was not started. Start it with: "
                    + $"gatehouse serve --home {homePath}", ExitCodes.Unavailable);
            using var client = new OutboundClient(OutboundPolicy.Over("gate", socket));
            using var request = ActionClient.Request(
                "exec", new Dictionary<string, string> { ["job"] = job, ["command"] = Path.GetFileName(words[0]) });
            using var response = await client.SendAsync(request, stop);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(stop));
            var line = await lines.ReadLineAsync(stop)
                ?? throw new ActionException("The gate went away.", ExitCodes.Unavailable);
            using var grant = JsonDocument.Parse(line);
            if (grant.RootElement.TryGetProperty("error", out var error))
                throw new ActionException(error.GetString()!, grant.RootElement.GetProperty("exit").GetInt32());
            // The connection stays open while the command runs: when it closes, for whatever reason, the token ends.
            var gate = await GateReach.ChooseAsync(grant.RootElement.GetProperty("gate").GetString()!, stop)
                ?? throw new ActionException($"{GateReach.Remedy}. The command was not started.",
                    ExitCodes.Unavailable);
            return await RunChildAsync(words, grant.RootElement, gate);
        }
        catch (ActionException error)
        {
            return ActionClient.Say(error.Message, error.ExitCode);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return ActionClient.Say($"The gate did not give a token, so the command was not started ({error.Message}).",
                ExitCodes.Unavailable);
        }
    }

    private static async Task<int> RunChildAsync(string[] words, JsonElement grant, string gate)
    {
        var start = new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false };
        ClearSecrets(start, grant);
        SetVariables(start, grant.GetProperty("token").GetString()!, gate);
        Process? child = null;
        var signals = Forwarded.Select(signal => PosixSignalRegistration.Create(signal, received =>
        {
            received.Cancel = true;
            if (child is { HasExited: false }) LinuxProcess.Signal(child.Id, NumberOf(signal));
        })).ToArray();
        try
        {
            child = Process.Start(start)!;
            await child.WaitForExitAsync(CancellationToken.None);
            return child.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            // The shell's own codes (POSIX 2.8.2): 127 not found, 126 not executable.
            return ActionClient.Say($"{words[0]} cannot be run: {error.Message}", error.NativeErrorCode == 2 ? 127
                : 126);
        }
        finally
        {
            foreach (var signal in signals) signal.Dispose();
            child?.Dispose();
        }
    }

    /// <summary>A job's command inherits neither the credentials of models nor anything of Gatehouse's own.</summary>
    private static void ClearSecrets(ProcessStartInfo start, JsonElement grant)
    {
        foreach (var name in grant.GetProperty("secret-variables").EnumerateArray())
            start.Environment.Remove(name.GetString()!);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (((string)variable.Key).StartsWith("GATEHOUSE_", StringComparison.Ordinal))
                start.Environment.Remove((string)variable.Key);
        }
    }

    private static void SetVariables(ProcessStartInfo start, string token, string gate)
    {
        var root = gate.StartsWith("unix:", StringComparison.Ordinal)
            ? "http://localhost" : $"http://{Reachable(gate)}";
        start.Environment["OPENAI_API_KEY"] = token;
        start.Environment["OPENAI_BASE_URL"] = root + "/v1";
        start.Environment["ANTHROPIC_API_KEY"] = token;
        start.Environment["ANTHROPIC_BASE_URL"] = root;
        start.Environment.Remove("ANTHROPIC_AUTH_TOKEN");
        // Ollama's clients have no variable for a key that all of them read; the URL is what they share.
        start.Environment["OLLAMA_HOST"] = $"{root}/t/{token}";
        start.Environment["OLLAMA_API_KEY"] = token;
    }

    /// <summary>A listener on every address is reached on loopback.</summary>
    private static string Reachable(string gate)
        => gate.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal)
            .Replace("[::]", "[::1]", StringComparison.Ordinal);

    private static bool IsOwner(string homePath) => SocketFile.OwnerOf(homePath) == UserNames.OwnUid;

    /// <summary>Numbers of signal(7) on x86 and ARM.</summary>
    private static int NumberOf(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        PosixSignal.SIGQUIT => 3,
        PosixSignal.SIGCONT => 18,
        PosixSignal.SIGWINCH => 28,
        (PosixSignal)User1 => User1,
        (PosixSignal)User2 => User2,
        _ => 15,
    };
}
