using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace Gatehouse.Cli;

/// <summary>Tokens: issue, list, revoke.</summary>
internal static class TokenCommand
{
    public static Command Create() => new("token", "Give a job a short-lived key to the gate, list keys, end one")
    {
        Issue(), List(), Revoke(),
    };

    private static Command Issue()
    {
        var job = new Option<string>("--job") { Description = "The job that the token is for", Required = true };
        var endpoint = new Option<string>("--endpoint")
        {
            Description =
                "Only these endpoints, comma-separated: chat, completions, responses, embeddings, "
                + "models, manage, opaque",
        };
        var model = new Option<string>("--model") { Description = "Only these models of the job, comma-separated" };
        var ttl = new Option<string>("--ttl")
        {
            Description = "How long it lives: 15m, 8h, 30d (default 1h; 24h at most, 30d with --service)",
        };
        var service = new Option<bool>("--service")
        {
            Description = "For an always-on container: 30 days at most, needs --from",
        };
        var from = new Option<string>("--from")
        {
            Description = "Only from these networks, comma-separated: 172.18.0.0/16",
        };
        var inUrl = new Option<bool>("--in-url")
        {
            Description = "For clients that can only set a URL: http://GATE/t/TOKEN/…, needs --from",
        };
        var command = new Command("issue",
            "Issue a token; it is the last line of standard output and appears nowhere else.\n\n" +
            "Examples:\n" +
            "  gatehouse token issue --job news-summariser\n" +
            "  gatehouse token issue --job tagger --endpoint chat,embeddings --ttl 15m\n" +
            "  gatehouse token issue --job open-webui --service --from 172.18.0.0/16")
        {
            job, endpoint, model, ttl, service, from, inUrl, HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction((result, stop) =>
        {
            var arguments = new Dictionary<string, string> { ["job"] = result.GetValue(job)! };
            Add(arguments, "endpoint", result.GetValue(endpoint));
            Add(arguments, "model", result.GetValue(model));
            Add(arguments, "ttl", result.GetValue(ttl));
            Add(arguments, "from", result.GetValue(from));
            if (result.GetValue(service)) arguments["service"] = "true";
            if (result.GetValue(inUrl)) arguments["in-url"] = "true";
            return new ActionClient(HomeOption.Resolve(result), "token.issue", arguments)
            {
                OnLine = line => PrintIssued(line, JsonOption.IsSet(result), result.GetValue(inUrl)),
            }.RunAsync(stop);
        });
        return command;
    }

    private static Command List()
    {
        var command = new Command("list",
            "List tokens that are good, and those that ended in the last 30 days.\n\nExample:\n  gatehouse token list")
        {
            HomeOption.Create(), JsonOption.Create(),
        };
        command.SetAction(async (result, stop) =>
        {
            var rows = new List<JsonElement>();
            var exit = await new ActionClient(HomeOption.Resolve(result), "token.list", [])
            {
                OnLine = line =>
                {
                    if (JsonOption.IsSet(result)) JsonLines.Write(Console.Out, line);
                    else rows.Add(line.Clone());
                },
            }.RunAsync(stop);
            if (exit == 0 && !JsonOption.IsSet(result)) PrintTable(rows);
            return exit;
        });
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("ID") { Description = "The token's id, as `token list` shows it" };
        var command = new Command("revoke", "End a token at once.\n\nExample:\n  gatehouse token revoke tok_0198c0de-…")
        {
            id,
            HomeOption.Create(),
            JsonOption.Create(),
        };
        command.SetAction((result, stop) => new ActionClient(
            HomeOption.Resolve(result), "token.revoke",
            new Dictionary<string, string> { ["id"] = result.GetValue(id)! })
        {
            OnLine = JsonOption.Printer(result, static line =>
                $"Revoked {line.GetProperty("revoked").GetString()} of job {line.GetProperty("job").GetString()}."),
        }.RunAsync(stop));
        return command;
    }

    private static void PrintIssued(JsonElement line, bool json, bool inUrl)
    {
        if (json)
        {
            JsonLines.Write(Console.Out, line);
            return;
        }
        var token = line.GetProperty("token").GetString();
        // The explanation goes to standard error, so that $(gatehouse token issue …) is the token and nothing else.
        Console.Error.WriteLine(
            $"Token {line.GetProperty("id").GetString()} for job {line.GetProperty("job").GetString()}, good until "
            + $"{line.GetProperty("expires").GetDateTimeOffset():yyyy-MM-dd HH:mm} UTC.");
        if (inUrl)
        {
            var gates = line.GetProperty("gate").GetString()!.Split(' ');
            Console.Error.WriteLine($"Base URL: http://{gates[0]}/t/TOKEN"
                + (gates.Length == 1 ? "" : $" (or, in another network of the gate: {string.Join(", ", gates[1..])})"));
        }
        Console.Out.WriteLine(token);
    }

    private static void PrintTable(List<JsonElement> rows)
    {
        if (rows.Count == 0)
        {
            Console.Out.WriteLine("No tokens. Issue one with: gatehouse token issue --job JOB");
            return;
        }
        var table = new TextTable(new("id"), new("job"), new("kind"), new("state"), new("expires (UTC)"),
            new("limited to"));
        foreach (var row in rows) table.Add(Columns(row));
        table.Write(Console.Out);
    }

    private static TextCell[] Columns(JsonElement row)
    {
        var limits = new[] { Text(row, "endpoints"), Text(row, "models"), Text(row, "from") };
        var expires = row.GetProperty("expires").GetDateTimeOffset();
        return
        [
            Text(row, "id"), Text(row, "job"), Text(row, "kind"), Text(row, "state"),
            expires.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
            string.Join("; ", limits.Where(text => text.Length > 0)),
        ];
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString() ?? "";

    private static void Add(Dictionary<string, string> arguments, string name, string? value)
    {
        if (value is not null) arguments[name] = value;
    }
}
