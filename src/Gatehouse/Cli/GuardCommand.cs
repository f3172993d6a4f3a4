using System.CommandLine;
using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Guards;
using Gatehouse.Estate;
using Gatehouse.Gate.Guarding;
using Spectre.Console;

namespace Gatehouse.Cli;

/// <summary><c>gatehouse guard</c>: what guards look for, and what one of them makes of a text.</summary>
internal static class GuardCommand
{
    private const int CharsMax = 16 << 20; // More than any prompt; what a pipe may bring is bounded.

    public static Command Create() =>
        new("guard", "See what guards look for, and try one on a text") { Try(), Rules() };

    private static Command Rules()
    {
        var json = JsonOption.Create();
        var command = new Command("rules", """
            List every rule that guards have: those of this version, and the estate's own patterns.

            Examples:
              gatehouse guard rules
              gatehouse guard rules --json
            """) { HomeOption.Create(), json };
        command.SetAction(result =>
        {
            var rules = Detectors.Rules.Concat(OwnRules(HomeOption.Resolve(result))).ToList();
            if (JsonOption.IsSet(result))
            {
                foreach (var rule in rules) JsonLines.Write(Console.Out, line => Write(line, rule));
                return ExitCodes.Done;
            }
            var table = new TextTable(new("RULE"), new("V", ColumnKind.Number), new("FINDS", ColumnKind.Words),
                new("SOURCE", ColumnKind.Words));
            foreach (var rule in rules) table.Add(rule.Id, $"{rule.Version}", rule.What, rule.Source);
            table.Write(Console.Out);
            return ExitCodes.Done;
        });
        return command;
    }

    // Without an estate there are none; a broken one is for other verbs to explain.
    private static IEnumerable<TextRule> OwnRules(string home) =>
        EstateFile.TryRead(home) is not { } plan ? [] : plan.Guards.Values
            .OrderBy(guard => guard.Key, StringComparer.Ordinal)
            .SelectMany(guard => guard.Patterns.Select(pattern => new TextRule(
                $"pattern/{pattern.Id}", 1, $"a pattern of guard {guard.Key}", "", "the estate file")));

    private static Command Try()
    {
        var guard = new Option<string>("--guard")
        {
            Description = "The guard of the estate to try",
            HelpName = "NAME",
            Required = true,
        };
        var prompt = new Option<bool>("--prompt") { Description = "Take the text for a prompt, not for an answer" };
        var command = new Command("try", """
            Show what a guard finds in a text, where, and what it would do. Exit 0 if it would pass, 1 if it would be
            held or blocked.

            Examples:
              gatehouse guard try --guard careful < answer.txt
              echo "my card is 4111 1111 1111 1111" | gatehouse guard try --guard careful --prompt
            """) { HomeOption.Create(), guard, prompt, JsonOption.Create() };
        command.SetAction(result => Run(
            HomeOption.Resolve(result), result.GetValue(guard)!,
            result.GetValue(prompt) ? GuardSide.Prompt : GuardSide.Answer, JsonOption.IsSet(result)));
        return command;
    }

    private static int Run(string home, string name, GuardSide side, bool isJson)
    {
        var reading = EstateFile.Read(home);
        EstateProblemText.Write(reading, Console.Error);
        if (reading.Plan is not { } plan) return ExitCodes.Unusable;
        if (!plan.Guards.TryGetValue(name, out var guard))
        {
            var known = string.Join(", ", plan.Guards.Keys.Order(StringComparer.Ordinal));
            Console.Error.WriteLine(
                $"There is no guard '{name}' in the estate. It has: {(known.Length == 0 ? "none" : known)}.");
            return ExitCodes.Unusable;
        }
        var text = ReadInput();
        var finds = new GuardRules(guard).FindAll(text, side);
        if (isJson) WriteJson(text, finds);
        else WriteText(text, finds, side);
        return finds.Any(find => find.Actions.Strongest >= GuardAction.Hold) ? ExitCodes.Failed : ExitCodes.Done;
    }

    private static string ReadInput()
    {
        var buffer = new char[8_192];
        var text = new System.Text.StringBuilder();
        for (int read; (read = Console.In.Read(buffer)) > 0 && text.Length < CharsMax;) text.Append(buffer, 0, read);
        return text.ToString();
    }

    private static void WriteJson(string text, IReadOnlyList<GuardFind> finds)
    {
        foreach (var find in finds)
        {
            JsonLines.Write(Console.Out, line =>
            {
                line.WriteString("rule", find.Found.Rule.Id);
                line.WriteNumber("version", find.Found.Rule.Version);
                line.WriteStartArray("actions");
                foreach (var action in find.Actions.Actions) line.WriteStringValue(Words.Of(action));
                line.WriteEndArray();
                line.WriteNumber("start", find.Found.Start);
                line.WriteNumber("length", find.Found.Length);
                line.WriteNumber("line", LineOf(text, find.Found.Start));
            });
        }
    }

    private static void WriteText(string text, IReadOnlyList<GuardFind> finds, GuardSide side)
    {
        var at = 0;
        foreach (var find in finds.Where(find => find.Found.Start >= 0).OrderBy(find => find.Found.Start))
        {
            if (find.Found.Start < at) continue;
            AnsiConsole.Write(new Text(SafeText.Lines(text[at..find.Found.Start])));
            AnsiConsole.Write(new Text(
                SafeText.Lines(text.Substring(find.Found.Start, find.Found.Length)), StyleOf(find.Actions.Strongest)));
            at = find.Found.End;
        }
        AnsiConsole.Write(new Text(SafeText.Lines(text[at..])));
        Console.WriteLine(text.EndsWith('\n') ? "" : "\n");
        if (finds.Count == 0)
        {
            Console.WriteLine(side == GuardSide.Prompt ? "Nothing found: it would go to the model."
                : "Nothing found: it would be delivered.");
            return;
        }
        var table = new TextTable(new("LINE", ColumnKind.Number), new("RULE"), new("ACTION"),
            new("FINDS", ColumnKind.Words));
        foreach (var find in finds)
        {
            table.Add($"{LineOf(text, find.Found.Start)}", find.Found.Rule.Id,
                string.Join('+', find.Actions.Actions.Select(Words.Of)), find.Found.Rule.What);
        }
        table.Write(Console.Out);
        var strongest = finds.Max(find => find.Actions.Strongest);
        Console.WriteLine();
        Console.WriteLine(strongest switch
        {
            GuardAction.Block => "It would be blocked.",
            GuardAction.Hold => "It would be held for a person.",
            GuardAction.Redact or GuardAction.Pseudonymise => "It would go on with these places replaced.",
            _ => "It would go on, with the finds on record.",
        });
    }

    private static Style StyleOf(GuardAction action) => action switch
    {
        GuardAction.Block or GuardAction.Hold => new Style(Color.White, Color.Red),
        GuardAction.Redact or GuardAction.Pseudonymise => new Style(Color.Black, Color.Yellow),
        _ => new Style(Color.Black, Color.Aqua),
    };

    private static int LineOf(string text, int at) => text.AsSpan(0, at).Count('\n') + 1;

    private static void Write(Utf8JsonWriter line, TextRule rule)
    {
        line.WriteString("rule", rule.Id);
        line.WriteNumber("version", rule.Version);
        line.WriteString("finds", rule.What);
        line.WriteString("example", rule.Example);
        line.WriteString("source", rule.Source);
    }
}
