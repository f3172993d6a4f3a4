using System.CommandLine;
using System.Globalization;
using Gatehouse.Actions;

namespace Gatehouse.Cli;

/// <summary>From when on: a duration back from now, or a time.</summary>
internal static class SinceOption
{
    private const string Name = "--since";

    public static Option<string> Create()
    {
        var option = new Option<string>(Name)
        {
            Description = "From when on: 15m, 1h, 7d, or a time such as 2026-11-23T07:00Z",
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } text && Parse(text, DateTimeOffset.UnixEpoch) is null)
                result.AddError($"'{text}' is neither a duration such as 1h nor a time such as 2026-11-23T07:00Z.");
        });
        return option;
    }

    public static DateTimeOffset? Value(ParseResult result, DateTimeOffset now)
        => result.GetValue<string>(Name) is { } text ? Parse(text, now) : null;

    private static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (CommandDuration.TryParse(text) is { } ago)
        {
            return ago < TimeSpan.FromDays(36_000)
                ? now.Subtract(now == DateTimeOffset.UnixEpoch ? TimeSpan.Zero : ago) : null;
        }
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time : null;
    }
}
