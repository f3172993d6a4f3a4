using System.Globalization;
using System.Text;

namespace Gatehouse.Core.Estate;

/// <summary>Writes a value so that YAML reads the same text again, in a block and between braces.</summary>
internal static class YamlScalar
{
    private const string PlainSigns = "._/@:-";

    public static string Of(string text) => IsPlain(text) ? text : Quoted(text);

    public static string ListOf(IEnumerable<string> items) => $"[{string.Join(", ", items.Select(Of))}]";

    private static bool IsPlain(string text) => text.Length != 0
        && (char.IsAsciiLetterOrDigit(text[0]) || text[0] == '/') && text[^1] != ':' && text is not "null"
        && text.All(sign => char.IsAsciiLetterOrDigit(sign) || PlainSigns.Contains(sign, StringComparison.Ordinal));

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var sign in text.EnumerateRunes())
        {
            if (sign.Value is '"' or '\\') quoted.Append('\\').Append(sign);
            else if (sign.Value is >= ' ' and <= '~' || Rune.IsLetter(sign)) quoted.Append(sign);
            else quoted.Append(CultureInfo.InvariantCulture, $"\\U{sign.Value:x8}");
        }
        return quoted.Append('"').ToString();
    }
}
