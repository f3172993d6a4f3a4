using System.CommandLine;

namespace Gatehouse.Cli;

/// <summary>Data as lines of JSON instead of text for people.</summary>
internal static class JsonOption
{
    private const string Name = "--json";

    public static Option<bool> Create() => new(Name) { Description = "Print JSON, one object a line" };

    public static bool IsSet(ParseResult result) => result.GetValue<bool>(Name);
}
