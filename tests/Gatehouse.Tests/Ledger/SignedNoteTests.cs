using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Tests.Ledger;

public sealed class SignedNoteTests
{
    // A published note of the C2SP signed-note format.
    private const string Key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    private const string Note =
        "This is an example message.\n\n"
        + "\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfX"
        + "ppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

    private static readonly byte[] Seed = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void The_published_note_is_good()
    {
        Assert.True(VerifierKey.TryParse(Key, out var key));
        Assert.Equal(Key, key.ToString());
        Assert.True(SignedNote.TryParse(Note, out var note));
        Assert.True(note.IsSignedBy(key, Ed25519Signer.Verifier));
        Assert.Equal(Note, note.ToString());
    }

    [Fact]
    public void Any_changed_character_of_a_note_is_noticed()
    {
        Assert.True(VerifierKey.TryParse(Key, out var key));
        for (var i = 0; i < Note.Length; i++)
        {
            var changed = Note[..i] + (char)(Note[i] ^ 1) + Note[(i + 1)..];
            var isGood = SignedNote.TryParse(changed, out var note) && note.IsSignedBy(key, Ed25519Signer.Verifier);
            Assert.False(isGood, $"Character {i} was changed and nothing was noticed.");
        }
    }

    [Fact]
    public void A_good_signature_does_not_excuse_a_bad_one_of_the_same_key()
    {
        Assert.True(VerifierKey.TryParse(Key, out var key));
        Assert.True(SignedNote.TryParse(Note, out var note));
        var bad = new NoteSignature(key.Name, key.KeyId, new byte[64]);
        var unidentified = new NoteSignature("other.example", 7, new byte[64]);

        Assert.False((note with { Signatures = [.. note.Signatures, bad] }).IsSignedBy(key, Ed25519Signer.Verifier));
        Assert.True((note with { Signatures = [.. note.Signatures, unidentified] })
            .IsSignedBy(key, Ed25519Signer.Verifier));
        Assert.False((note with { Signatures = [unidentified] }).IsSignedBy(key, Ed25519Signer.Verifier));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no signature\n")]
    [InlineData("text\n\nnot a line\n")]
    [InlineData("text\n\n\u2014 name \n")]
    [InlineData("text\n\n\u2014 na+me AAAAAAAAAAA=\n")]
    [InlineData("te\u0001xt\n\n\u2014 name AAAAAAAAAAA=\n")]
    [InlineData("text\n\n\u2014 name AAAA\n")]
    public void A_malformed_note_is_refused(string note) => Assert.False(SignedNote.TryParse(note, out _));

    [Fact]
    public void A_checkpoint_is_read_back_and_belongs_to_one_log_only()
    {
        var key = new VerifierKey("home/node", Ed25519Signer.PublicKey(Seed));
        var other = new VerifierKey("home/other", Ed25519Signer.PublicKey(Seed));
        var checkpoint = new Checkpoint("home/node", 42, MerkleTree.HashLeaf([1]));
        var note = checkpoint.Sign(key, message => Ed25519Signer.Sign(Seed, message)).ToString();

        Assert.Equal(checkpoint, Checkpoint.Open(note, key, Ed25519Signer.Verifier, out _));
        Assert.Null(Checkpoint.Open(note, other, Ed25519Signer.Verifier, out var reason));
        Assert.Contains("no good signature", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("home\n042\nBg4=\n")]
    [InlineData("home\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    [InlineData("home\n1\nAAAA\n")]
    [InlineData("\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")]
    public void A_text_that_is_no_checkpoint_is_refused(string text) =>
        Assert.False(Checkpoint.TryParseText(text, out _));
}
