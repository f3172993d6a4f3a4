namespace Gatehouse.Core.Guards;

/// <summary>When an id is found without a word near it that says what it is.</summary>
internal enum Distinct
{
    /// <summary>Never, not even where it is all of the text: it has no check digit.</summary>
    NeverAlone,

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
    private readonly (int Group, int Unbroken)[] _starts = [.. shapes.Split('|').Select(static shape => (
        Length(shape.TakeWhile(static c => c == 'd')),
        Length(shape.TakeWhile(static c => c is 'd' or '-' or 'w').Where(static c => c != '-'))))];
    private readonly ContextWords _context = new(context);

    /// <summary>Whether the characters, without separators and in capitals, are one.</summary>
    public delegate bool Check(ReadOnlySpan<char> id);

    /// <summary>The rule.</summary>
    public TextRule Rule => rule;

    /// <summary>Whether one of its shapes begins with a letter.</summary>
    public bool HasLetterFirst => _shapes.Any(static shape => shape[0] is 'A' or 'w');

    /// <summary>Whether one of its shapes begins with a digit.</summary>
    public bool HasDigitFirst => _shapes.Any(static shape => shape[0] is 'd' or 'w');

    /// <summary>Offers the id that begins here.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where.</param>
    /// <param name="digits">How many digits stand here without a break.</param>
    /// <param name="best">What to offer it to.</param>
    public void Look(ref TextCursor text, int at, int digits, ref PersonalBest best)
    {
        Span<char> id = stackalloc char[24];
        for (var i = 0; i < _shapes.Length; i++)
        {
            // Most shapes are ruled out by how many digits come first.
            if (digits < _starts[i].Group || digits > _starts[i].Unbroken)
                continue;
            var shape = _shapes[i];
            var end = Walk(ref text, at, shape, id, out var count, out var isSeparated);
            if (end < 0 || !Edge.Ends(ref text, end) || !check(id[..count]))
                continue;
            var near = _context.Near(ref text, at, end);
            // With check digits it is likelier than a telephone number without a word either.
            if (distinct == Distinct.Always || distinct == Distinct.Separated && isSeparated)
                near = Math.Min(near, ContextWords.Alone);
            if (near < ContextWords.Alone || near == ContextWords.Alone && distinct != Distinct.NeverAlone)
                best.Offer(rule, at, end, near);

            return;
        }
    }

    private static int Length(IEnumerable<char> shape) => shape.Count();

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
