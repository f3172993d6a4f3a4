using System.Text.Json;

namespace Gatehouse.Actions;

/// <summary>One act that somebody asks for, and where its answer lines go.</summary>
internal sealed class ActionCall(
    ActionContext context, Actor actor,
    IReadOnlyDictionary<string, string> arguments, Func<ReadOnlyMemory<byte>, Task> writeLine)
{
    /// <summary>Ends when whoever asked is gone.</summary>
    public CancellationToken Stop { get; init; }

    public ActionContext Context => context;

    public Actor Actor => actor;

    public string? Argument(string name) => arguments.GetValueOrDefault(name);

    public bool Flag(string name) => arguments.GetValueOrDefault(name) == "true";

    public string Required(string name)
        => arguments.GetValueOrDefault(name) is { Length: > 0 } value
            ? value
            : throw new ActionException($"The act needs '{name}'.", ExitCodes.Unusable);

    /// <summary>The comma-separated values of an argument; none when it is not given.</summary>
    public string[] List(string name)
        => Argument(name)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    /// <summary>Answers with one line: a JSON object.</summary>
    public async Task WriteAsync(Action<Utf8JsonWriter> members)
    {
        var line = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        await writeLine(line.WrittenMemory);
    }
}
