namespace Gatehouse.Core.Estate;

/// <summary>The words of the estate file for closed sets: the lower-case names of the enum's members.</summary>
public static class Words
{
    /// <summary>The word of a value, such as <c>rss</c> or <c>always</c>.</summary>
    /// <typeparam name="TEnum">An enum of this folder: its members' names are single words.</typeparam>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();

    internal static string[] All<TEnum>()
        where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Select(Of)];

    internal static bool TryRead<TEnum>(string word, out TEnum value)
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
