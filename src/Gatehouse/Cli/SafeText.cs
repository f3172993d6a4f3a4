using System.Text;

namespace Gatehouse.Cli;

/// <summary>
/// Text of jobs and models on a terminal: control characters could rewrite the screen, so they are shown as signs.
/// </summary>
internal static class SafeText
{
    public static string Lines(string text) => Clean(text, keepLines: true);

    public static string OneLine(string text) => Clean(text, keepLines: false);

    /// <summary>
    /// Controls that reorder what a person reads (Unicode Standard Annex 9, table 4 and the implicit marks).
    /// </summary>
    public static bool IsBidirectional(char character)
        => character is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' or '\u200e' or '\u200f' or '\u061c';

    private static string Clean(string text, bool keepLines)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (keepLines && character is '\n' or '\t') clean.Append(character);
            else if (character < ' ' || character is >= '\u007f' and <= '\u009f')
                clean.Append(character == '\n' ? '⏎' : '·');
            else if (IsBidirectional(character)) clean.Append('·');
            else clean.Append(character);
        }
        return clean.ToString();
    }
}
