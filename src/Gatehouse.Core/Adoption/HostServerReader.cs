using System.Net;
using Gatehouse.Core.Systemd;

namespace Gatehouse.Core.Adoption;

/// <summary>Tells which systemd services serve models, and which of them a drop-in can move to another port.</summary>
public static class HostServerReader
{
    private const string Variable = "OLLAMA_HOST";

    // Other servers take their address on the command line, which is the owner's text and not for us to rewrite.
    private static readonly string[] OtherServers =
        ["llama-server", "vllm", "local-ai", "lms", "koboldcpp", "tabbyapi"];

    /// <summary>Reads a unit; null when it serves no models.</summary>
    /// <param name="unit">The unit with its drop-ins.</param>
    /// <param name="environmentFile">The text of a file that the unit names; null when it cannot be read.</param>
    public static HostServerReading? Read(UnitFacts unit, Func<string, string?> environmentFile)
    {
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(environmentFile);
        if (unit.Name.Contains('@', StringComparison.Ordinal)) return null;
        var command = unit.Words("Service", "ExecStart").ToArray();
        if (command.Length == 0) return null;
        var program = ProgramOf(command[0]);
        if (OtherServers.Contains(program))
        {
            return Left($"{unit.Name} runs {program}, whose port is on its command line: it is left alone. Give it "
                + "another port there, enter it as a model, and let jobs call the gate: docs/estate.md.");
        }
        if (program != "ollama" || command.ElementAtOrDefault(1) != "serve") return null;
        foreach (var name in unit.Words("Service", "EnvironmentFile").Select(static name => name.TrimStart('-')))
        {
            if (environmentFile(name) is not { } text || !Sets(text)) continue;
            return Left(
                $"{unit.Name} takes {Variable} from {name}, which systemd reads last: it is left alone. Set the "
                + "variable in the unit (systemctl edit) instead, then adopt again.");
        }
        return Read(unit);
    }

    private static HostServerReading Read(UnitFacts unit)
    {
        if (unit.DropIns.Select(Path.GetFileName).FirstOrDefault(IsLaterThanOurs) is { } later)
            return Left($"{unit.Name} has a drop-in {later}, which would apply after Gatehouse's: it is left alone.");
        var value = unit.Words("Service", "Environment")
            .LastOrDefault(static word => word.StartsWith(Variable + "=", StringComparison.Ordinal))
            ?[(Variable.Length + 1)..] ?? "";
        if (OllamaAddress.Parse(value) is not { } address)
            return Left($"{unit.Name} listens where its {Variable} says, and that is no address: it is left alone.");
        var server = new HostServer(unit.Name, address);
        if (server.IsEverywhere || IsPlainLoopback(address.Address)) return new HostServerReading(server, null);
        return Left($"{unit.Name} listens on {address} only. The gate could take calls there from the network, and not "
            + $"from this host itself: it is left alone. Set {Variable} to 127.0.0.1 or 0.0.0.0, then adopt again.");
    }

    private static HostServerReading Left(string note) => new(null, note);

    /// <summary>The program's own name, without the signs that systemd takes before a path.</summary>
    private static string ProgramOf(string word) => Path.GetFileName(word.TrimStart('-', '@', ':', '+', '!'));

    private static bool Sets(string text)
        => text.Split('\n').Any(static line => line.TrimStart().StartsWith(Variable + "=", StringComparison.Ordinal));

    private static bool IsLaterThanOurs(string? name) => string.CompareOrdinal(name, AdoptedUnitText.DropInName) > 0;

    private static bool IsPlainLoopback(IPAddress address) => address.Equals(IPAddress.Loopback);
}
