using System.Globalization;
using Gatehouse.Demo;
using Gatehouse.Server;
using Spectre.Console;

namespace Gatehouse.Cli;

/// <summary>The demo's terminal: each call as it ends, and now and then how the ledger has grown.</summary>
internal sealed class DemoScreen(GatehouseServer server)
{
    private const int CallsBetweenLedgerLines = 12;

    private readonly Lock _gate = new();
    private int _calls;

    public void Begin()
    {
        // Piped output is not cut to the width of a terminal that is not there.
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 140;
        AnsiConsole.MarkupLine("[bold]Gatehouse demo[/]: four jobs call models; every call is on record.");
        AnsiConsole.MarkupLineInterpolated($"  the gate   http://{server.GateAddress}");
        AnsiConsole.MarkupLineInterpolated($"  the home   {server.Home.Path}");
        AnsiConsole.MarkupLineInterpolated(
            $"  [bold]open this   http://{server.ControlAddress}/[/]   who called what, just now");
        AnsiConsole.MarkupLine("  try, in a second terminal:");
        AnsiConsole.MarkupLineInterpolated($"    ./run ledger show --follow --home {Shown}");
        AnsiConsole.MarkupLineInterpolated($"    ./run pause news-summariser --why \"a test\" --home {Shown}");
        AnsiConsole.MarkupLineInterpolated($"    ./run ledger verify --payloads --home {Shown}");
        AnsiConsole.MarkupLine("  Ctrl+C ends it.\n");
    }

    public void Show(DemoCall call)
    {
        var (colour, word) = call.Outcome switch
        {
            DemoOutcome.Completed => ("green", "completed"),
            DemoOutcome.Refused => ("red", string.Create(CultureInfo.InvariantCulture, $"refused {call.Status}")),
            _ => ("yellow", "broken"),
        };
        var words = SafeText.OneLine(call.FirstWords);
        // The columns before take 80; a narrow terminal gets a line without the answer's first words.
        var room = Math.Min(60, AnsiConsole.Profile.Width - 81);
        words = room < 12 ? "" : words.Length > room ? words[..(room - 1)] + "…" : words;
        lock (_gate)
        {
            AnsiConsole.MarkupLine(string.Create(CultureInfo.InvariantCulture,
                $"[grey]{server.Time.GetLocalNow():HH:mm:ss}[/] [bold]{Markup.Escape(call.Job),-16}[/] "
                    + $"{Markup.Escape(call.Endpoint),-21}{Markup.Escape(call.Model),-7} [{colour}]{word,-11}[/] "
                    + $"{call.Milliseconds,5:0} ms  [grey]{Markup.Escape(words)}[/]"));
            if (++_calls % CallsBetweenLedgerLines == 0) Ledger();
        }
    }

    public void End()
    {
        Ledger();
        AnsiConsole.MarkupLine("Stopped.");
    }

    private string Shown => Path.GetRelativePath(Environment.CurrentDirectory, server.Home.Path);

    private void Ledger()
    {
        var health = server.Ledger.Health();
        var (count, to, kib) = (health.Entries, health.SignedTo, health.BytesUsed / 1024);
        var ms = health.CommitP50Milliseconds;
        AnsiConsole.MarkupLineInterpolated(
            $"[blue]         the ledger: {count} entries, signed to {to}; {kib} KiB; a commit takes {ms:0.0} ms[/]");
    }
}
