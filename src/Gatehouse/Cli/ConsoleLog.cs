using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Gatehouse.Cli;

/// <summary>
/// Logs on standard error: one line each, with priorities that journald reads when systemd started us.
/// </summary>
internal static class ConsoleLog
{
    public static ILoggerFactory Create() => LoggerFactory.Create(static logging =>
    {
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Error);
        logging.AddConsole(static console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            // Where nobody reads standard error, lines are lost: by default every call would wait for its line.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        // systemd sets JOURNAL_STREAM for what it connects to the journal (systemd.exec(5)).
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null)
        {
            logging.AddSystemdConsole(static format => format.IncludeScopes = false);
        }
        else
        {
            logging.AddSimpleConsole(static format =>
            {
                format.SingleLine = true;
                format.TimestampFormat = "HH:mm:ss ";
                format.ColorBehavior = LoggerColorBehavior.Default;
            });
        }
    });
}
