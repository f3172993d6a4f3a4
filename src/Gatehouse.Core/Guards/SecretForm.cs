using System.Buffers;
using System.Globalization;
using System.Text;

namespace Gatehouse.Core.Guards;

/// <summary>
/// How a credential is written: literal text and runs of characters, such as <c>ghp_&lt;w36&gt;</c>. It is read from
/// left to right without going back, so its cost is its length.
/// </summary>
internal sealed class SecretForm
{
    private const string Digits = "0123456789", Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", Alnum = Digits + Lower + Upper;

    // A run that may be this long is taken as it is when it is longer: it is a credential with too much behind it.
    private const int OpenEnded = 1_000;

    private static readonly Dictionary<char, (string Letters, SearchValues<char> Set)> Classes = new(
        from one in new[]
        {
            ('d', Digits), ('x', Digits + "abcdef"), ('X', Digits + "abcdefABCDEF"), ('l', Digits + Lower),
            ('U', Digits + Upper), ('w', Alnum), ('a', Lower + Upper), ('_', Alnum + "_"), ('u', Alnum + "_-"),
            ('b', Alnum + "+/"), ('p', Alnum + "_-.="), ('s', Alnum + "_~.-"), ('k', Lower + "234567"),
            ('K', Upper + "234567"), ('c', "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"), ('=', "="),
        }
        select KeyValuePair.Create(one.Item1, (one.Item2, SearchValues.Create(one.Item2))));

    private readonly List<(string? Literal, char Class, int Min, int Max)> _parts = [];
    private readonly double _entropy;

    /// <summary>Reads a form.</summary>
    /// <param name="form">Literal text and <c>&lt;class min-max&gt;</c>; <c>&lt;uuid&gt;</c> for a UUID.</param>
    public SecretForm(string form)
    {
        form = form.Replace("<uuid>", "<X8>-<X4>-<X4>-<X4>-<X12>", StringComparison.Ordinal);
        var isHex = true;
        for (var at = 0; at < form.Length;)
        {
            if (form[at] != '<')
            {
                var end = form.IndexOf('<', at) is >= 0 and var next ? next : form.Length;
                _parts.Add((form[at..end], '\0', 0, 0));
                at = end;
                continue;
            }

            var close = form.IndexOf('>', at);
            var size = form[(at + 2)..close].Split('-');
            var least = int.Parse(size[0], CultureInfo.InvariantCulture);
            _parts.Add((null, form[at + 1], least, int.Parse(size[^1], CultureInfo.InvariantCulture)));
            isHex &= form[at + 1] is 'd' or 'x' or 'X' or '=';
            at = close + 1;
        }

        Prefix = _parts[0].Literal ?? "";
        var random = _parts.Sum(part => part.Min);
        // Of what chance writes, nearly all is above this; words, sequences and placeholders are below.
        _entropy = isHex ? Math.Min(2.6, random / 8.0) : Math.Min(3.0, random / 8.0);
    }

    /// <summary>The literal text that it begins with; may be empty.</summary>
    public string Prefix { get; }

    /// <summary>The end of what has this form here; -1 if nothing has, or what has looks not random.</summary>
    public int EndOf(ref TextCursor text, int start)
    {
        var at = start;
        var last = '\0';
        var isOpen = false;
        foreach (var (literal, letter, min, max) in _parts)
        {
            if (literal is not null)
            {
                foreach (var character in literal)
                {
                    if (text[at++] != character)
                        return -1;
                }

                continue;
            }

            var end = text.Skip(at, Classes[letter].Set, max);
            if (end - at < min)
                return -1;
            isOpen = max >= OpenEnded && end - at == max;
            at = end;
            last = letter;
        }

        if (!isOpen && (char.IsAsciiLetterOrDigit(text[at]) || Classes[last].Set.Contains(text[at])))
            return -1;
        var value = text.Text[(start + Prefix.Length)..at];
        return SecretChecks.Entropy(value) >= _entropy && !SecretChecks.IsPlaceholder(value) ? at : -1;
    }

    /// <summary>An invented value of this form: the same one each time, and nobody's.</summary>
    public string Invent()
    {
        var (text, seed) = (new StringBuilder(), 20u);
        foreach (var (literal, letter, min, _) in _parts)
        {
            text.Append(literal);
            for (var i = 0; literal is null && i < min; i++)
            {
                seed = seed * 1664525 + 1013904223;
                text.Append(Classes[letter].Letters[(int)((seed >> 12) % (uint)Classes[letter].Letters.Length)]);
            }
        }

        return text.ToString();
    }
}
