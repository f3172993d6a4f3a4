using System.CommandLine;
using System.Globalization;
using System.Text;
using Gatehouse.Actions;
using Gatehouse.Cli;

namespace Gatehouse.Tests.Tidy;

/// <summary>docs/cli.md, from the tree of commands that the program parses with.</summary>
internal static class CliDocument
{
    /// <summary>What each exit code tells a script; in the order of the numbers.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> Codes { get; } =
    [
        (ExitCodes.Done, "done"),
        (ExitCodes.Failed, "the verb ran and the answer is no"),
        (ExitCodes.Unusable, "the input cannot be used: options, estate file, home"),
        (ExitCodes.Unavailable, "not available: no gate runs, or the ledger cannot be written"),
        (ExitCodes.LedgerInDoubt, "the gate stopped, because its ledger can no longer be trusted"),
    ];

    public static string Text()
    {
        var root = RootVerb.Create();
        var text = new StringBuilder("# The command line\n\nGenerated from the program's own tree of verbs; ")
            .Append("`gatehouse --help` and `gatehouse VERB --help` say the same.\n\n| Exit code | Meaning |\n"
                + "|---|---|\n");
        foreach (var (code, meaning) in Codes)
            text.Append(CultureInfo.InvariantCulture, $"| {code} | {meaning} |\n");
        text.Append(
            "\n`gatehouse exec` returns the exit code of the command that it ran; "
            + "126 or 127 when that cannot be started.\n");
        foreach (var (path, command) in Leaves(root))
            Write(text, path, command);
        return text.ToString();
    }

    /// <summary>The verbs that do something, each with the words that call it.</summary>
    public static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path = "gatehouse")
    {
        if (command.Subcommands.Count == 0)
            yield return (path, command);
        foreach (var below in command.Subcommands.Where(below => !below.Hidden))
        {
            foreach (var leaf in Leaves(below, $"{path} {below.Name}"))
                yield return leaf;
        }
    }

    private static void Write(StringBuilder text, string path, Command command)
    {
        var parts = (command.Description ?? "").Split("\n\nExample", 2);
        text.Append("\n## `").Append(path);
        foreach (var argument in command.Arguments)
            text.Append(' ').Append(argument.HelpName ?? argument.Name.ToUpperInvariant());
        text.Append("`\n\n").Append(parts[0]).Append('\n');
        var options = command.Options.Where(option => !option.Hidden && option.Name != "--help").ToList();
        if (options.Count + command.Arguments.Count > 0)
            text.Append("\n| Option | Meaning |\n|---|---|\n");
        foreach (var argument in command.Arguments)
            Row(text, argument.HelpName ?? argument.Name.ToUpperInvariant(), argument.Description, isRequired: false);
        foreach (var option in options)
            Row(text, NameOf(option), option.Description, option.Required);
        if (parts.Length == 2)
            text.Append("\n```\n").Append(ExamplesOf(parts[1])).Append("\n```\n");
    }

    private static void Row(StringBuilder text, string name, string? meaning, bool isRequired)
    {
        // A bar or an angle bracket would be read as part of the table or as a tag.
        var shown = (meaning ?? "").Replace("|", "\\|", StringComparison.Ordinal)
            .Replace("<", "&lt;", StringComparison.Ordinal);
        text.Append("| `").Append(name).Append("` | ").Append(isRequired ? "**required** " : "").Append(shown)
            .Append(" |\n");
    }

    private static string NameOf(Option option) => option.ValueType == typeof(bool)
        ? option.Name
        : $"{option.Name} {option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant()}";

    private static string ExamplesOf(string rest) => string.Join('\n',
        rest[(rest.IndexOf('\n', StringComparison.Ordinal) + 1)..].Split('\n').Select(line => line.Trim()));
}
