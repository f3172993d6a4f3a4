using System.Text.Json;

namespace Gatehouse.Core.Discovery.Trees;

/// <summary>Reads JSON of other programs.</summary>
internal static class JsonTree
{
    private const int DepthMax = 64; // Levels, which the parser checks; exports of flows reach about 15.
    private const int NodesMax = 500_000; // Values; a house with 500 flows has about 100,000.

    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = DepthMax,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    public static TreeReading Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text.TrimStart('\uFEFF'), Options);
            var left = NodesMax;
            var root = ToNode(document.RootElement, ref left);
            return left > 0 ? new TreeReading(root, null) : new TreeReading(null, "holds more values than are read");
        }
        catch (JsonException error)
        {
            return new TreeReading(null, $"is not JSON at line {error.LineNumber + 1}");
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // Half a surrogate pair, written as an escape or as it is, has no text.
            return new TreeReading(null, "holds text that is no Unicode");
        }
    }

    private static TreeNode ToNode(JsonElement element, ref int left)
    {
        if (--left <= 0)
            return TreeNode.Opaque;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var entries = new List<(string, TreeNode)>();
                foreach (var property in element.EnumerateObject())
                    entries.Add((property.Name, ToNode(property.Value, ref left)));
                return TreeNode.OfEntries(entries);
            case JsonValueKind.Array:
                var items = new List<TreeNode>();
                foreach (var item in element.EnumerateArray())
                    items.Add(ToNode(item, ref left));
                return TreeNode.OfItems(items);
            case JsonValueKind.String:
                return TreeNode.Of(element.GetString() ?? "");
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return TreeNode.Of(element.GetRawText());
            default:
                return TreeNode.Opaque;
        }
    }
}
