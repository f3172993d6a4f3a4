using System.Text;

namespace Gatehouse.Core.Compose;

/// <summary>Reads the <c>NAME=value</c> lines of a <c>.env</c> file or an <c>env_file</c>.</summary>
internal static class EnvironmentFileText
{
    private const int LinesMax = 5_000; // Lines; far above real files.
    private const int QuotedLinesMax = 200; // Lines of one quoted value; a private key has about 50.

    /// <summary>Reads a file's variables in their order; a later one of the same name wins.</summary>
    /// <param name="text">The file's text.</param>
    /// <param name="lookup">Variables from outside; null takes values as they are written.</param>
    /// <param name="problem">Takes a line's number and what is wrong.</param>
    public static Dictionary<string, string> Read(
        string text, Func<string, string?>? lookup, Action<int, string> problem)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n', LinesMax + 1);
        for (var i = 0; i < Math.Min(lines.Length, LinesMax); i++)
        {
            var number = i + 1;
            if (Split(lines[i]) is not { } pair)
            {
                if (lines[i].AsSpan().Trim() is [not '#', ..]) problem(number, "is no NAME=value line");
                continue;
            }
            var value = lookup is null ? pair.Value : Unquote(pair.Value, lines, ref i,
                part => Interpolation.Apply(part, name => lookup(name) ?? found.GetValueOrDefault(name),
                    message => problem(number, message)));
            found[pair.Name] = value;
        }
        if (lines.Length > LinesMax) problem(LinesMax, "is longer than anyone writes; the rest is not read");
        return found;
    }

    private static (string Name, string Value)? Split(string line)
    {
        var text = line.TrimStart();
        if (text.StartsWith('#')) return null;
        if (text.StartsWith("export ", StringComparison.Ordinal)) text = text["export ".Length..].TrimStart();
        var cut = text.AsSpan().IndexOfAny('=', ':');
        if (cut <= 0) return null;
        var name = text[..cut].Trim();
        return name.Length == 0 || name.Any(char.IsWhiteSpace) ? null : (name, text[(cut + 1)..].Trim(' ', '\t'));
    }

    private static string Unquote(string value, string[] lines, ref int line, Func<string, string> interpolate)
    {
        if (value.Length != 0 && value[0] is '\'' or '"')
        {
            var from = line;
            var last = Math.Min(Math.Min(lines.Length, LinesMax), from + QuotedLinesMax) - 1;
            while (Closing(value) < 0 && line < last) value += "\n" + lines[++line];
            var end = Closing(value);
            if (end > 0) return value[0] == '\'' ? value[1..end] : interpolate(Unescape(value[1..end]));
            // A quote that nothing closes is part of its own line only.
            (line, value) = (from, value.Split('\n')[0]);
        }
        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return interpolate((comment < 0 ? value : value[..comment]).TrimEnd());
    }

    private static int Closing(string value)
    {
        for (var i = 1; i < value.Length; i++)
        {
            if (value[i] == '\\' && value[0] == '"') i++;
            else if (value[i] == value[0]) return i;
        }
        return -1;
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                plain.Append(text[i]);
                continue;
            }
            i++;
            plain.Append(
                text[i] switch { 'n' => "\n", 't' => "\t", 'r' => "\r", '$' => "$$", var other => $"{other}" });
        }
        return plain.ToString();
    }
}
