using System.Globalization;

namespace Gatehouse.Core.Ledger;

/// <summary>A tree head: what C2SP tlog-checkpoint puts into the text of a signed note.</summary>
/// <param name="Origin">The log's name, which is also its key's name.</param>
/// <param name="Size">Number of leaves.</param>
/// <param name="Root">Root over those leaves.</param>
public sealed record Checkpoint(string Origin, long Size, Hash256 Root)
{
    /// <summary>Origin, decimal size and base64 root, each on its line.</summary>
    public string ToText() => string.Create(
        CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root.ToArray())}\n");

    /// <summary>Signs this head.</summary>
    public SignedNote Sign(VerifierKey key, NoteSign sign) => SignedNote.Sign(ToText(), key, sign);

    /// <summary>
    /// Reads a note that <paramref name="key"/> signed. Answers null with the reason if it is malformed, not signed
    /// by that key, or of another log.
    /// </summary>
    public static Checkpoint? Open(string note, VerifierKey key, NoteVerify verify, out string reason)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!SignedNote.TryParse(note, out var parsed))
            return Fail("it is not a signed note", out reason);
        if (!parsed.IsSignedBy(key, verify))
            return Fail($"it carries no good signature of {key.Name}", out reason);
        if (!TryParseText(parsed.Text, out var checkpoint))
            return Fail("its text is not a checkpoint", out reason);
        if (checkpoint.Origin != key.Name)
            return Fail($"it is of the log {checkpoint.Origin}, not {key.Name}", out reason);
        reason = "";
        return checkpoint;
    }

    /// <summary>Reads the text of a checkpoint; extension lines are allowed and ignored.</summary>
    public static bool TryParseText(string text, out Checkpoint checkpoint)
    {
        checkpoint = null!;
        ArgumentNullException.ThrowIfNull(text);
        var lines = text.Split('\n');
        if (lines.Length < 4 || lines[0].Length == 0 || lines[^1].Length != 0)
            return false;
        if (!long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || lines[1] != size.ToString(CultureInfo.InvariantCulture))
        {
            return false;
        }

        Span<byte> root = stackalloc byte[Hash256.Length];
        if (!Convert.TryFromBase64String(lines[2], root, out var written) || written != Hash256.Length
            || Convert.ToBase64String(root) != lines[2])
        {
            return false;
        }

        checkpoint = new Checkpoint(lines[0], size, new Hash256(root));
        return true;
    }

    private static Checkpoint? Fail(string why, out string reason)
    {
        reason = why;
        return null;
    }
}
