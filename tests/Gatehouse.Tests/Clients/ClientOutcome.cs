using System.Text.Json;

namespace Gatehouse.Tests.Clients;

/// <summary>What user code saw of one case: a result, or an exception of the SDK.</summary>
internal sealed record ClientOutcome(
    string Case, bool Succeeded, JsonElement Result, JsonElement Error, JsonElement Attempts)
{
    /// <summary>HTTP requests that the SDK made, its own retries included.</summary>
    public int AttemptCount => Attempts.GetArrayLength();

    /// <summary>The exception's class and those that it extends: what a catch clause can name.</summary>
    public IReadOnlyList<string> ErrorClasses => Error.ValueKind != JsonValueKind.Object
        ? []
        : [.. Error.GetProperty("classes").EnumerateArray().Select(one => one.GetString()!)];

    public int? ErrorStatus => Field("status") is { ValueKind: JsonValueKind.Number } status ? status.GetInt32() : null;

    public string? ErrorCode => Field("code") is { ValueKind: JsonValueKind.String } code ? code.GetString() : null;

    public string? ErrorType => Field("type") is { ValueKind: JsonValueKind.String } type ? type.GetString() : null;

    public string ErrorMessage => Field("message") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    public static ClientOutcome Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement.Clone();
        return new ClientOutcome(
            root.GetProperty("case").GetString()!,
            root.GetProperty("ok").GetBoolean(),
            root.TryGetProperty("result", out var result) ? result : default,
            root.TryGetProperty("error", out var error) ? error : default,
            root.GetProperty("attempts"));
    }

    private JsonElement Field(string name) =>
        Error.ValueKind == JsonValueKind.Object && Error.TryGetProperty(name, out var value) ? value : default;
}
