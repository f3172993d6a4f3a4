namespace Gatehouse.Core.Estate;

/// <summary>Names that users choose. They appear in key paths, metrics, log lines and the ledger's origin.</summary>
internal static class NameText
{
    public const string KeyPattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
    public const string KeyExpected =
        "up to 64 letters, digits, dots, dashes and underscores, starting with a letter or digit";
    public const string ModelPattern = "^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}$";
    public const string ModelExpected = "up to 128 letters, digits and . _ : / @ -, starting with a letter or digit";

    public static bool IsKey(string text) => IsName(text, 64, "._-");

    public static bool IsModel(string text) => IsName(text, 128, "._:/@-");

    private static bool IsName(string text, int lengthMax, string also) =>
        text.Length != 0 && text.Length <= lengthMax && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || also.Contains(c, StringComparison.Ordinal));
}

/// <summary>Finds the known name that a mistyped one most likely means.</summary>
internal static class NearestName
{
    private const int LengthMax = 64; // Characters; the cost grows with the product of two lengths.

    /// <summary>The nearest candidate, or null when none is near enough to be a likely slip.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        if (name.Length > LengthMax)
            return null;
        string? nearest = null;
        // A third of the letters may differ, but at least one and at most three.
        var bound = Math.Clamp(name.Length / 3, 1, 3) + 1;
        foreach (var candidate in candidates)
        {
            if (candidate.Length > LengthMax || Math.Abs(candidate.Length - name.Length) >= bound)
                continue;
            var distance = Distance(Plain(name), Plain(candidate));
            if (distance < bound)
                (nearest, bound) = (candidate, distance);
        }
        return nearest;
    }

    // `bodyBytesMax` and `body_bytes_max` mean `body-bytes-max`.
    private static string Plain(string name) =>
        string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>Edit distance in which swapping two neighbours counts as one slip (Damerau, restricted).</summary>
    private static int Distance(string left, string right)
    {
        var before = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
            previous[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    current[j] = Math.Min(current[j], before[j - 2] + 1);
            }
            (before, previous, current) = (previous, current, before);
        }
        return previous[right.Length];
    }
}
