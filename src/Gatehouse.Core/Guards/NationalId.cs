namespace Gatehouse.Core.Guards;

/// <summary>When an id is found without a word near it that says what it is.</summary>
internal enum Distinct
{
    /// <summary>Never: other numbers look the same.</summary>
    Never,

    /// <summary>When it is written with its usual separators.</summary>
    Separated,

    /// <summary>Always: nothing else looks like it.</summary>
    Always,
}

/// <summary>
/// An id of fixed form. A shape has <c>d</c> for a digit, <c>A</c> for a letter, <c>w</c> for either, <c>-</c> for one
/// space or hyphen that may be left out, <c>_</c> for a hyphen that may not; anything else stands for itself.
/// </summary>
internal sealed class NationalId(
    TextRule rule, string shapes, NationalId.Check check, string context, Distinct distinct = Distinct.Never)
{
    private readonly string[] _shapes = shapes.Split('|');
    private readonly ContextWords _context = new(context);

    /// <summary>Whether the characters, without separators and in capitals, are one.</summary>
    public delegate bool Check(ReadOnlySpan<char> id);

    /// <summary>The rule.</summary>
    public TextRule Rule => rule;

    /// <summary>Offers the id that begins here.</summary>
    public void Look(ref TextCursor text, int at, ref PersonalBest best)
    {
        Span<char> id = stackalloc char[24];
        foreach (var shape in _shapes)
        {
            var end = Walk(ref text, at, shape, id, out var count, out var isSeparated);
            if (end < 0 || !Edge.Ends(ref text, end) || !check(id[..count]))
                continue;
            var near = _context.Near(ref text, at, end);
            if (near != ContextWords.None || distinct == Distinct.Always
                || distinct == Distinct.Separated && isSeparated)
            {
                best.Offer(rule, at, end, near);
            }

            return;
        }
    }

    private static int Walk(
        ref TextCursor text, int at, string shape, scoped Span<char> id, out int count, out bool isSeparated)
    {
        (count, isSeparated) = (0, false);
        var separator = '\0';
        foreach (var want in shape)
        {
            var c = text[at];
            switch (want)
            {
                case 'd' when char.IsAsciiDigit(c):
                case 'A' when char.IsAsciiLetter(c):
                case 'w' when char.IsAsciiLetterOrDigit(c):
                    id[count++] = char.ToUpperInvariant(c);
                    at++;
                    break;
                case '-' when c is ' ' or '-':
                    // "123-456 789" is two numbers.
                    if (separator != '\0' && separator != c)
                        return -1;
                    separator = c;
                    isSeparated = true;
                    at++;
                    break;
                case '-':
                    break;
                case '_' when c is '-':
                    isSeparated = true;
                    at++;
                    break;
                case not ('d' or 'A' or 'w') when c == want:
                    isSeparated = true;
                    at++;
                    break;
                default:
                    return -1;
            }
        }

        return at;
    }
}
