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

/// <summary>
/// What this program prints, text and JSON, without controls that reorder it: a job, a model or a container names
/// itself, and a name must not be able to change how the line around it reads. Bytes that go out as they are, such as
/// a payload to a file, do not pass here.
/// </summary>
internal sealed class SafeConsole(TextWriter inner) : TextWriter
{
    public override Encoding Encoding => inner.Encoding;

    public static void Use()
    {
        Console.SetOut(new SafeConsole(Console.Out));
        Console.SetError(new SafeConsole(Console.Error));
    }

    public override void Write(char value)
    {
        if (!SafeText.IsBidirectional(value)) inner.Write(value);
    }

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        var start = 0;
        for (var at = 0; at < buffer.Length; at++)
        {
            if (!SafeText.IsBidirectional(buffer[at])) continue;
            inner.Write(buffer[start..at]);
            start = at + 1;
        }
        inner.Write(buffer[start..]);
    }

    public override void WriteLine(string? value)
    {
        Write(value);
        inner.WriteLine();
    }

    public override void Flush() => inner.Flush();
}

/// <summary>
/// Writes a text into lines of 80 columns below a label. Names come from others, so what could move the cursor is made
/// visible first. A word longer than a line stays whole: a broken path cannot be copied.
/// </summary>
internal static class WrappedText
{
    private const int Columns = 80; // A pipe has no width, and mails and tickets show 80.

    /// <param name="output">Where to.</param>
    /// <param name="indent">What stands before the first line.</param>
    /// <param name="label">What the text is about; it may be empty.</param>
    /// <param name="text">The text.</param>
    /// <param name="hangingMin">Blanks before each further line, at least.</param>
    public static void Write(TextWriter output, string indent, string label, string text, int hangingMin = 0)
    {
        var line = indent + label;
        var hanging = new string(' ', Math.Max(line.Length, hangingMin));
        var isEmpty = true;
        foreach (var word in SafeText.OneLine(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isEmpty && line.Length + 1 + word.Length > Columns)
            {
                output.WriteLine(line);
                (line, isEmpty) = (hanging, true);
            }
            line += isEmpty ? word : $" {word}";
            isEmpty = false;
        }
        output.WriteLine(line.TrimEnd());
    }
}

/// <summary>
/// Text for a person who may be gone: what cannot be written any more (a closed terminal, a full disk behind a
/// redirection) is lost, and never ends what is being done.
/// </summary>
internal sealed class TolerantWriter(TextWriter output) : TextWriter
{
    public override Encoding Encoding => output.Encoding;

    public override void Write(char value) => Try(() => output.Write(value));

    public override void Write(string? value) => Try(() => output.Write(value));

    public override void Write(char[] buffer, int index, int count) => Try(() => output.Write(buffer, index, count));

    public override void Flush() => Try(output.Flush);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // Nobody reads it.
        }
    }
}
