namespace Gatehouse.Core.Engine;

/// <summary>
/// One variable of a container or unit. A value that may be a secret is dropped where it is read, so that nothing
/// behind can print it: only that it is set remains.
/// </summary>
public sealed record EnvironmentFact
{
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

    /// <summary>Reads one variable; the value is dropped unless it is surely none of the secret kinds.</summary>
    /// <param name="name">The variable's name.</param>
    /// <param name="value">Its value.</param>
    public static EnvironmentFact Of(string name, string? value)
    {
        if (string.IsNullOrEmpty(value)) return new EnvironmentFact(name, value, false);
        return SecretText.IsSecret(name, value)
            ? new EnvironmentFact(name, null, true)
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
