using System.Buffers;

namespace Gatehouse.Core.Inspection;

/// <summary>Quotes a name for a command that a person copies: names come from images and files of others.</summary>
public static class ShellWord
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+=,-");

    /// <summary>The text as one word.</summary>
    /// <param name="text">Any text.</param>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 0 && text[0] != '-' && text.AsSpan().IndexOfAnyExcept(Plain) < 0
            ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }
}
