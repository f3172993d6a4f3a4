namespace Gatehouse.Cli;

/// <summary>
/// Writes a text into lines of 80 columns below a label. Names come from others, so what could move the cursor is made
/// visible first. A word longer than a line stays whole: a broken path cannot be copied.
/// </summary>
internal static class WrappedText
{
    private const int Columns = 80; // A pipe has no width, and mails and tickets show 80.

    public static void Write(TextWriter output, string indent, string label, string text)
    {
        var line = indent + label;
        var hanging = new string(' ', line.Length);
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
