using System.Text;
using Gatehouse.Actions;
using Gatehouse.Core.Ledger;
using Gatehouse.Storage;

namespace Gatehouse.Server;

/// <summary>
/// What the server does by itself, on record: its start and stop, the estates that it had, revoked tokens.
/// </summary>
internal sealed class ServerRecord(SqliteLedger ledger)
{
    /// <summary>A leaf has 65,535 bytes; the whole file is its payload.</summary>
    private const int DiffCharsMax = 8_000;

    /// <summary>An estate that is in force from now on, with its whole text.</summary>
    public ValueTask<AppendResult> PlanAsync(string act, Actor actor, string text, IReadOnlyList<string> changes)
    {
        var details = new Dictionary<string, string> { ["version"] = ProductVersion.Text };
        if (changes.Count > 0) details["diff"] = Shorten(string.Join('\n', changes));
        return ledger.AppendAsync(
            new LedgerDraft
            {
                Entry = ActOf(act, actor, details),
                Payloads =
                [
                    new PayloadPart(PayloadKind.Document, RetentionClass.Logs, Encoding.UTF8.GetBytes(text)),
                ],
            },
            CancellationToken.None);
    }

    public ValueTask<AppendResult> StopAsync()
        => ledger.AppendAsync(new LedgerDraft { Entry = ActOf("stop", Actor.Gate, []) }, CancellationToken.None);

    /// <summary>A token that was seen in a URL. It is revoked already; the ledger follows.</summary>
    public ValueTask<AppendResult> LeakAsync(string tokenId, string job) => ledger.AppendAsync(
        new LedgerDraft
        {
            Entry = ActOf("token.leaked", Actor.Gate,
                new Dictionary<string, string> { ["token"] = tokenId, ["job"] = job }),
            StateChange = new StateChange.RevokeToken(tokenId, Leaked: true),
        },
        CancellationToken.None);

    private ActEntry ActOf(string act, Actor actor, Dictionary<string, string> details)
        => new() { Id = ledger.NewId(EntryId.Act), Act = act, Uid = actor.Uid, Who = actor.Name, Details = details };

    private static string Shorten(string diff)
        => diff.Length <= DiffCharsMax ? diff : diff[..DiffCharsMax] + "\n(shortened)";
}
