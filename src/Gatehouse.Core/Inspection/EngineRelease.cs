using System.Buffers;
using System.Globalization;

namespace Gatehouse.Core.Inspection;

/// <summary>
/// A release of Docker Engine as three numbers: what a distribution adds (<c>20.10.24+dfsg1</c>) is left out.
/// </summary>
internal readonly record struct EngineRelease(int Major, int Minor, int Patch) : IComparable<EngineRelease>
{
    /// <summary>Docker counts by year and month since 17.03. Lower numbers are another engine's (Podman), whose
    /// version says nothing of Docker's faults.</summary>
    private const int FirstByYear = 17;

    private static readonly SearchValues<char> Numbers = SearchValues.Create("0123456789.");

    public static EngineRelease? TryParse(string text)
    {
        var end = text.AsSpan().IndexOfAnyExcept(Numbers);
        var parts = (end < 0 ? text : text[..end]).Split('.');
        if (parts.Length < 2 || !TryNumber(parts[0], out var major) || !TryNumber(parts[1], out var minor))
            return null;
        var patch = 0;
        if (parts.Length > 2 && parts[2].Length > 0 && !TryNumber(parts[2], out patch)) return null;
        return major < FirstByYear ? null : new EngineRelease(major, minor, patch);
    }

    public int CompareTo(EngineRelease other)
        => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public bool IsBefore(int major, int minor = 0, int patch = 0)
        => CompareTo(new EngineRelease(major, minor, patch)) < 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    private static bool TryNumber(string text, out int number)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
