namespace Gatehouse.Core.Engine;

/// <summary>
/// One variable of a container or unit. A value that may be a secret is dropped where it is read, so that nothing
/// behind can print it: only that it is set remains.
/// </summary>
public sealed record EnvironmentFact
{
    // What people write where a client insists on a key and the server asks for none.
    private static readonly string[] Placeholders =
    [
        "none", "null", "false", "dummy", "not-needed", "notneeded", "not_needed", "no-key", "no-key-required",
        "nokey", "na", "n/a", "x", "xx", "xxx", "empty", "ollama", "lm-studio", "placeholder", "your_api_key",
        "your-api-key", "your_api_key_here", "user_provided", "fake", "unused", "changeme", "sk-xxx", "sk-none", "-",
    ];

    private EnvironmentFact(string name, string? value, bool isSecret)
        => (Name, Value, IsSecret) = (name, value, isSecret);

    /// <summary>The variable's name.</summary>
    public string Name { get; }

    /// <summary>
    /// Its value, without the user and password of a URL; null when it may be a secret or is not known.
    /// </summary>
    public string? Value { get; }

    /// <summary>Whether a value is set that may be a secret.</summary>
    public bool IsSecret { get; }

    /// <summary>Whether the value only stands in for a secret, as <c>dummy</c> does.</summary>
    public bool IsPlaceholder { get; private init; }

    /// <summary>Reads one variable; the value is dropped unless it is surely none of the secret kinds.</summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="value">Its value.</param>
    public static EnvironmentFact Of(string name, string? value)
    {
        if (string.IsNullOrEmpty(value)) return new EnvironmentFact(name, value, false);
        return SecretText.IsSecret(name, value)
            ? new EnvironmentFact(name, null, true)
            {
                IsPlaceholder = Placeholders.Contains(value.Trim(), StringComparer.OrdinalIgnoreCase),
            }
            : new EnvironmentFact(name, SecretText.WithoutUserInfo(value), false);
    }

    /// <summary>Reads the form <c>NAME=value</c> of the engine and of unit files.</summary>
    /// <param name="assignment">The text.</param>
    public static EnvironmentFact Parse(string assignment)
    {
        var cut = assignment.IndexOf('=', StringComparison.Ordinal);
        return cut < 0 ? Of(assignment, null) : Of(assignment[..cut], assignment[(cut + 1)..]);
    }
}
