using System.Buffers.Binary;
using System.Text;

namespace Gatehouse.Core.Ledger;

/// <summary>A text with signatures, in the format of C2SP signed-note.</summary>
/// <param name="Text">What is signed: ends with a line feed, holds no other control characters.</param>
/// <param name="Signatures">The signature lines in order.</param>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>Largest note that is read, in characters: far above a checkpoint with every witness.</summary>
    public const int LengthMax = 65_536;

    // C2SP signed-note: verifiers accept at least 16 signatures.
    private const int SignaturesMax = 64;

    // U+2014 and a space start each signature line.
    private const string LineStart = "\u2014 ";

    /// <summary>Signs <paramref name="text"/> with one key.</summary>
    /// <exception cref="ArgumentException">The text cannot be the text of a note.</exception>
    public static SignedNote Sign(string text, VerifierKey key, NoteSign sign)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(sign);
        if (!IsText(text))
        {
            throw new ArgumentException(
                "A note's text ends with a line feed and holds no control characters.", nameof(text));
        }
        return new SignedNote(text, [new NoteSignature(key.Name, key.KeyId, sign(Encoding.UTF8.GetBytes(text)))]);
    }

    /// <summary>The note as written to a file: text, blank line, signature lines.</summary>
    public override string ToString()
    {
        var note = new StringBuilder(Text).Append('\n');
        Span<byte> id = stackalloc byte[4];
        foreach (var signature in Signatures)
        {
            BinaryPrimitives.WriteUInt32BigEndian(id, signature.KeyId);
            note.Append(LineStart).Append(signature.Name).Append(' ')
                .Append(Convert.ToBase64String([.. id, .. signature.Signature.Span])).Append('\n');
        }

        return note.ToString();
    }

    /// <summary>Reads a note without judging its signatures. False if it is malformed.</summary>
    public static bool TryParse(string note, out SignedNote parsed)
    {
        parsed = null!;
        ArgumentNullException.ThrowIfNull(note);
        var split = note.Length > LengthMax ? -1 : note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || !IsText(note[..(split + 1)]) || !IsText(note[(split + 2)..]))
            return false;
        var signatures = new List<NoteSignature>();
        foreach (var line in note[(split + 2)..^1].Split('\n'))
        {
            if (signatures.Count == SignaturesMax || ParseLine(line) is not { } signature)
                return false;
            signatures.Add(signature);
        }

        parsed = new SignedNote(note[..(split + 1)], signatures);
        return true;
    }

    /// <summary>
    /// True if the key signed this note: at least one line carries its name and id, and every such line is good.
    /// Lines of other keys are ignored.
    /// </summary>
    public bool IsSignedBy(VerifierKey key, NoteVerify verify)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(verify);
        var message = Encoding.UTF8.GetBytes(Text);
        var found = false;
        foreach (var signature in Signatures)
        {
            if (signature.KeyId != key.KeyId || signature.Name != key.Name)
                continue;
            if (!verify(key.PublicKey.ToArray(), message, signature.Signature.ToArray()))
                return false;
            found = true;
        }

        return found;
    }

    private static NoteSignature? ParseLine(string line)
    {
        var space = line.LastIndexOf(' ');
        if (!line.StartsWith(LineStart, StringComparison.Ordinal) || space <= LineStart.Length)
            return null;
        var name = line[LineStart.Length..space];
        var encoded = line[(space + 1)..];
        var bytes = new byte[encoded.Length];
        if (!VerifierKey.IsName(name) || !Convert.TryFromBase64String(encoded, bytes, out var written) || written <= 4)
            return null;
        // Only one spelling of the same bytes is accepted, so that a changed character never goes unseen.
        if (Convert.ToBase64String(bytes, 0, written) != encoded)
            return null;
        return new NoteSignature(name, BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(4, written - 4));
    }

    private static bool IsText(string text)
    {
        if (text.Length == 0 || text[^1] != '\n')
            return false;
        foreach (var c in text)
        {
            if ((c < ' ' && c != '\n') || c == '\uFFFD')
                return false;
        }

        return true;
    }
}
