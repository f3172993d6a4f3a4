namespace Gatehouse.Core.Discovery.Trees;

/// <summary>
/// One value of a YAML or JSON file of another program. Tags are not resolved: a <c>!secret</c> or <c>!include</c>
/// keeps nothing of its text.
/// </summary>
internal sealed class TreeNode
{
    private TreeNode(string? text, List<TreeNode>? items, List<(string Key, TreeNode Value)>? entries)
        => (Text, Items, Entries) = (text, items ?? [], entries ?? []);

    /// <summary>The text of a plain value; null for lists, maps and values with a tag of their own.</summary>
    public string? Text { get; }

    /// <summary>The values of a list.</summary>
    public List<TreeNode> Items { get; }

    /// <summary>The entries of a map, in their order; a key may stand there twice.</summary>
    public List<(string Key, TreeNode Value)> Entries { get; }

    public static TreeNode Opaque { get; } = new(null, null, null);

    public static TreeNode Of(string text) => new(text, null, null);

    public static TreeNode OfItems(List<TreeNode> items) => new(null, items, null);

    public static TreeNode OfEntries(List<(string Key, TreeNode Value)> entries) => new(null, null, entries);

    /// <summary>The value of a key; null when this is no map or does not have it.</summary>
    public TreeNode? this[string key]
    {
        get
        {
            foreach (var (name, value) in Entries)
            {
                if (name == key)
                    return value;
            }
            return null;
        }
    }

    /// <summary>The text of the first of these keys that has one.</summary>
    public string? TextOf(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (this[key]?.Text is { Length: > 0 } text)
                return text;
        }
        return null;
    }

    /// <summary>The value of a key as a list: its items, or itself when it is a single value.</summary>
    public IReadOnlyList<TreeNode> ListOf(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (this[key] is { } value)
            {
                return value.Items.Count > 0
                    ? value.Items : value.Text is null && value.Entries.Count == 0 ? [] : [value];
            }
        }
        return [];
    }

    /// <summary>This value and everything below it.</summary>
    public IEnumerable<TreeNode> All()
    {
        var left = new Stack<TreeNode>();
        left.Push(this);
        while (left.TryPop(out var next))
        {
            yield return next;
            for (var at = next.Items.Count - 1; at >= 0; at--)
                left.Push(next.Items[at]);
            for (var at = next.Entries.Count - 1; at >= 0; at--)
                left.Push(next.Entries[at].Value);
        }
    }

    /// <summary>Every text below this value with the key nearest above it.</summary>
    public IEnumerable<(string Key, string Text)> Texts()
    {
        var left = new Stack<(string Key, TreeNode Node)>();
        left.Push(("", this));
        while (left.TryPop(out var next))
        {
            if (next.Node.Text is { } text)
                yield return (next.Key, text);
            for (var at = next.Node.Items.Count - 1; at >= 0; at--)
                left.Push((next.Key, next.Node.Items[at]));
            for (var at = next.Node.Entries.Count - 1; at >= 0; at--)
                left.Push(next.Node.Entries[at]);
        }
    }
}
