using System.Text;

namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>
/// Arrays in which a script of the shell gathers the options of a program, put in where they are used: line by line, as
/// the script is read.
/// </summary>
internal sealed class ShellArrays
{
    private const int ArraysMax = 50; // Of one script; people write one or two.
    private const int TextMax = 8192; // Letters of one array; those of people have a few hundred.
    private const string Nothing = "true"; // Stands for a definition, which starts no program.

    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly StringBuilder _open = new();
    private string? _name;
    private char _quote;

    /// <summary>The line with the words of arrays that it uses; empty where it only goes on with one.</summary>
    public string Read(string line)
    {
        if (_name is null && !line.Contains("=(", StringComparison.Ordinal)) return Put(line);
        var (from, before, name) = (0, "", _name);
        if (name is null)
        {
            var sign = line.IndexOf("=(", StringComparison.Ordinal);
            var end = sign > 0 && line[sign - 1] == '+' ? sign - 1 : sign;
            var start = end;
            while (start > 0 && (char.IsAsciiLetterOrDigit(line[start - 1]) || line[start - 1] == '_')) start--;
            if (start == end || (start > 0 && line[start - 1] is not (' ' or '\t' or ';' or '&'))) return Put(line);
            _name = name = line[start..end];
            _open.Clear();
            _quote = '\0';
            if (end != sign && _texts.TryGetValue(name, out var text)) _open.Append(text);
            (before, from) = (line[..start] + Nothing, sign + 2);
        }
        var close = Close(line, from);
        if (_open.Length < TextMax) _open.Append(' ').Append(line, from, close.End - from);
        // One that does not end is none, and the lines behind it are commands.
        if (!close.IsClosed && _open.Length >= TextMax) _name = null;
        if (!close.IsClosed) return before;
        if (_texts.Count < ArraysMax || _texts.ContainsKey(name)) _texts[name] = Put(_open.ToString());
        _name = null;
        return before + Put(line[(close.End + 1)..]);
    }

    /// <summary>Where the array ends in a line, or the line or its comment does.</summary>
    private (int End, bool IsClosed) Close(string line, int from)
    {
        var depth = 0;
        for (var at = from; at < line.Length; at++)
        {
            var letter = line[at];
            if (letter == '\\' && _quote != '\'') at++;
            else if (_quote != '\0') _quote = letter == _quote ? '\0' : _quote;
            else if (letter is '"' or '\'') _quote = letter;
            else if (letter == '#' && (at == from || line[at - 1] is ' ' or '\t')) return (at, false);
            else if (letter == '(') depth++;
            else if (letter == ')' && --depth < 0) return (at, true);
        }
        return (line.Length, false);
    }

    private string Put(string line)
    {
        if (_texts.Count == 0 || !line.Contains("[@]", StringComparison.Ordinal)
            && !line.Contains("[*]", StringComparison.Ordinal))
        {
            return line;
        }
        foreach (var (name, text) in _texts)
        {
            foreach (var form in (ReadOnlySpan<string>)[$"${{{name}[@]}}", $"${{{name}[*]}}"])
            {
                if (line.Length + text.Length > TextMax * 2) return line;
                line = line.Replace($"\"{form}\"", text, StringComparison.Ordinal)
                    .Replace(form, text, StringComparison.Ordinal);
            }
        }
        return line;
    }
}
