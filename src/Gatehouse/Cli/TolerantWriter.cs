using System.Text;

namespace Gatehouse.Cli;

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
