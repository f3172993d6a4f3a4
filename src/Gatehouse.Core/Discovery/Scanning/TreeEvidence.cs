using Gatehouse.Core.Discovery.Trees;

namespace Gatehouse.Core.Discovery.Scanning;

/// <summary>
/// Finds evidence in the settings of a node of a flow or of an automation, whatever their keys are called.
/// </summary>
internal static class TreeEvidence
{
    private const int TextsMax = 2_000; // Texts of one node that are looked at.

    // Keys whose text people read and no program runs.
    private static readonly HashSet<string> Prose = new(StringComparer.OrdinalIgnoreCase)
    {
        "info", "name", "label", "title", "description", "notes", "content", "id", "alias",
    };

    private static readonly HashSet<string> UrlKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        "baseurl", "base_url", "apibase", "api_base", "host", "server", "url", "endpoint", "basepath",
    };

    private static readonly HashSet<string> ModelKeys = new(StringComparer.OrdinalIgnoreCase)
        { "model", "modelid", "modelname", "model_name", "chat_model", "chatmodel", "model_id" };

    private static readonly HashSet<string> CommandKeys = new(StringComparer.OrdinalIgnoreCase) { "command", "cmd" };

    /// <summary>Adds what the texts say.</summary>
    /// <param name="bag">Where it goes.</param>
    /// <param name="where">Where it is.</param>
    /// <param name="node">The settings.</param>
    /// <param name="isModel">Whether the node calls a model, so that its URL is a model's.</param>
    public static void Add(EvidenceBag bag, string where, TreeNode node, bool isModel)
    {
        var posts = node.Texts().Take(TextsMax).Any(static one =>
            one.Key is "method" or "requestMethod" && one.Text.ToUpperInvariant() is "POST" or "PUT" or "PATCH");
        foreach (var (key, text) in node.Texts().Take(TextsMax))
        {
            if (Prose.Contains(key) || text.Length == 0)
                continue;
            if (ModelKeys.Contains(key) && ModelNames.CanBe(text) && (isModel || ModelNames.IsKnown(text)))
                bag.Add(EvidenceKind.ModelName, where, text);
            if (isModel && UrlKeys.Contains(key) && ParsedUrl.TryParse(text) is { } url
                && DisplayWord.Url(url, withPath: true) is { } place)
            {
                bag.Add(EvidenceKind.ModelUrl, where, place);
            }
            else if (text.Contains('\n', StringComparison.Ordinal) || !UrlKeys.Contains(key))
            {
                bag.AddRange(
                    CommandKeys.Contains(key) ? EvidenceText.FindInCommand(where, text)
                        : EvidenceText.Find(where, text));
            }
            else
            {
                UrlScan.Add(bag, where, text.Length > 2048 ? text[..2048] : text, posts);
            }
        }
        AddPairs(bag, where, node);
    }

    /// <summary>Settings that stand as a name beside a value, as those of a request's body do in n8n.</summary>
    private static void AddPairs(EvidenceBag bag, string where, TreeNode node)
    {
        foreach (var pair in node.All().Take(TextsMax))
        {
            if (pair.TextOf("name") is { } name && ModelKeys.Contains(name)
                && pair.TextOf("value")?.TrimStart('=') is { } model && ModelNames.CanBe(model)
                && (ModelNames.IsKnown(model) || bag.Has(EvidenceKind.ModelUrl)))
            {
                bag.Add(EvidenceKind.ModelName, where, model);
            }
        }
    }
}
