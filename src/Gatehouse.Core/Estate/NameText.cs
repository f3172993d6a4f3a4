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
