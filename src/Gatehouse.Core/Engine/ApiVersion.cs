using System.Globalization;

namespace Gatehouse.Core.Engine;

/// <summary>A version of the Docker Engine API, as <c>1.41</c>; compared as two numbers, never as text.</summary>
/// <param name="Major">The part before the dot.</param>
/// <param name="Minor">The part behind it.</param>
public readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    /// <summary>The oldest that Gatehouse speaks: Debian 12's engine.</summary>
    public static ApiVersion Oldest { get; } = new(1, 41);

    /// <summary>The newest whose shapes Gatehouse knows; a newer engine speaks this one too.</summary>
    public static ApiVersion Newest { get; } = new(1, 52);

    /// <summary>
    /// The version to speak with an engine: its own, bounded by what Gatehouse knows. Null when there is none that
    /// both speak.
    /// </summary>
    /// <param name="newest">The newest that the engine speaks.</param>
    /// <param name="oldest">The oldest that it speaks; null when it does not say.</param>
    public static ApiVersion? Negotiate(ApiVersion newest, ApiVersion? oldest)
    {
        var chosen = newest < Newest ? newest : Newest;
        return chosen < Oldest || chosen < (oldest ?? Oldest) ? null : chosen;
    }

    /// <summary>Reads <c>1.41</c>; false when the text is no such version.</summary>
    /// <param name="text">The text.</param>
    /// <param name="version">What it says.</param>
    public static bool TryParse(string? text, out ApiVersion version)
    {
        version = default;
        if (text?.Split('.') is not [var major, var minor]) return false;
        if (!int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var first)) return false;
        if (!int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out var second)) return false;
        version = new ApiVersion(first, second);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(ApiVersion other)
        => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    /// <summary>Whether one version is older than another.</summary>
    public static bool operator <(ApiVersion left, ApiVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether one version is newer than another.</summary>
    public static bool operator >(ApiVersion left, ApiVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether one version is older than another or the same.</summary>
    public static bool operator <=(ApiVersion left, ApiVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether one version is newer than another or the same.</summary>
    public static bool operator >=(ApiVersion left, ApiVersion right) => left.CompareTo(right) >= 0;
}
