using System.Buffers;

namespace Gatehouse.Core.Inspection;

/// <summary>Quotes a name for a command that a person copies: names come from images and files of others.</summary>
internal static class ShellWord
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+=,-");

    public static string Quote(string text)
        => text.Length > 0 && text[0] != '-' && text.AsSpan().IndexOfAnyExcept(Plain) < 0
            ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
