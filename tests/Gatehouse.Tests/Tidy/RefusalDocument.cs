using System.Globalization;
using System.Text;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Tests.Tidy;

/// <summary>docs/refusals.md, from the table that the gate itself answers with.</summary>
internal static class RefusalDocument
{
    private const string Head = """
        # Refusals

        Every reason for which the gate does not do what a caller asked, generated from `RefusalTable`. The body of the
        answer is an error of the caller's own dialect, so that its client raises its own typed exception; Ollama's has
        the message alone. `X-Gatehouse-Reason` says which row it was, `X-Gatehouse-Exchange` names the call.

        `Retry-After` is given in seconds where a later try may succeed, unless the gate knows a better number, and is
        never over 60. "never" is `x-should-retry: false`: the answer is a decision, and SDKs that would try it again
        do not. Where neither is sent, the client's own rule holds.

        | Reason | Status | Why | OpenAI `type` | OpenAI `code` | Anthropic `type` | Retry |
        |---|---|---|---|---|---|---|

        """;

    public static string Text()
    {
        var text = new StringBuilder(Head);
        foreach (var kind in Enum.GetValues<RefusalKind>())
        {
            var row = RefusalTable.For(kind);
            text.Append(CultureInfo.InvariantCulture, $"| `{row.Reason}` | {row.Status} | {SummaryOf(kind)} | ")
                .Append(CultureInfo.InvariantCulture,
                    $"`{row.OpenAIType}` | `{row.OpenAICode}` | `{row.AnthropicType}` | ")
                .Append(RetryOf(row)).Append(" |\n");
        }

        return text.ToString();
    }

    private static string RetryOf(RefusalRow row) => row.NeverRetry
        ? "never"
        : row.RetryAfterSeconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"after {seconds} s") : "";

    /// <summary>What the code's own documentation says of the kind, as one line.</summary>
    private static string SummaryOf(RefusalKind kind)
    {
        var field = Compiled.Ours.Core!.Compilation.GetTypeByMetadataName(typeof(RefusalKind).FullName!)!
            .GetMembers(kind.ToString()).Single();
        var xml = System.Xml.Linq.XElement.Parse(field.GetDocumentationCommentXml()!);
        return string.Join(
            ' ', xml.Element("summary")!.Value.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
    }
}
