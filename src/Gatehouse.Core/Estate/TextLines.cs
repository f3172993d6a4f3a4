namespace Gatehouse.Core.Estate;

/// <summary>A text seen as lines, whatever ends them.</summary>
internal sealed class TextLines
{
    private readonly string _text;
    private readonly List<int> _starts = [0];

    public TextLines(string text)
    {
        _text = text;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
                _starts.Add(i + 1);
        }
        if (_starts[^1] == text.Length) _starts.RemoveAt(_starts.Count - 1);
        End = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
    }

    /// <summary>The line end that the text uses.</summary>
    public string End { get; }

    public int Count => _starts.Count;

    /// <summary>The line that holds an index; the last one for the end of the text.</summary>
    public int LineOf(int index)
    {
        var found = _starts.BinarySearch(index);
        return found >= 0 ? found : ~found - 1;
    }

    /// <summary>Puts whole lines before a line; behind the last one where the text may lack its line end.</summary>
    public TextCut InsertAt(int line, string lines)
    {
        if (line < Count) return new TextCut(_starts[line], 0, lines);
        var isEnded = _text.Length == 0 || _text[^1] is '\n' or '\r';
        return new TextCut(_text.Length, 0, isEnded ? lines : End + lines);
    }

    /// <summary>Takes a part out, and the blanks before it where nothing else follows on its line.</summary>
    public TextCut Without(int start, int end)
    {
        var isLast = end == _text.Length || _text[end] is '\n' or '\r';
        while (isLast && start > 0 && _text[start - 1] == ' ') start--;
        return new TextCut(start, end - start, "");
    }

    /// <summary>
    /// The line behind a block: empty lines, and comments that are not indented as far as its entries, belong to
    /// what follows.
    /// </summary>
    /// <param name="first">Line of the block's key.</param>
    /// <param name="limit">Line of what follows.</param>
    /// <param name="column">Column of its entries.</param>
    public int AfterBlock(int first, int limit, int column)
    {
        var line = limit;
        while (line > first + 1 && IsBetween(line - 1, column)) line--;
        return line;
    }

    private bool IsBetween(int line, int column)
    {
        var end = line + 1 < Count ? _starts[line + 1] : _text.Length;
        var text = _text.AsSpan(_starts[line], end - _starts[line]);
        var content = text.TrimStart();
        return content.IsEmpty || (content[0] == '#' && text.Length - content.Length < column);
    }
}
