using System.Text;

namespace Gatehouse.Cli;

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
