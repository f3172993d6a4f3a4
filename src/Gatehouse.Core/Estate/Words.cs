namespace Gatehouse.Core.Estate;

/// <summary>The words of the estate file for closed sets: the lower-case names of the enum's members.</summary>
internal static class Words
{
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();

    public static string[] All<TEnum>(params TEnum[] except)
        where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Except(except).Select(Of)];

    public static bool TryRead<TEnum>(string word, out TEnum value)
        where TEnum : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<TEnum>())
        {
            value = candidate;
            if (string.Equals(Of(candidate), word, StringComparison.Ordinal))
                return true;
        }
        value = default;
        return false;
    }
}
