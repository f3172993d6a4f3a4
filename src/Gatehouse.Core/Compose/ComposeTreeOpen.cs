using YamlDotNet.Core;

namespace Gatehouse.Core.Compose;

/// <summary>A sequence or mapping whose end has not been read yet.</summary>
internal sealed class ComposeTreeOpen(bool isMapping, int line, AnchorName anchor, ComposeTag tag)
{
    private readonly List<ComposeNode> _items = [];
    private readonly List<KeyValuePair<string, ComposeNode>> _entries = [];
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly List<ComposeNode> _merged = [];
    private string? _key;
    private string? _twice;

    public int Line { get; } = line;

    public AnchorName Anchor { get; } = anchor;

    /// <summary>Line of a key whose value has not come yet; null when there is none.</summary>
    public int? KeyLine { get; private set; }

    /// <summary>Takes an item, a key or a value; false for a key that is no scalar.</summary>
    public bool Add(ComposeNode node)
    {
        if (!isMapping)
        {
            _items.Add(node);
        }
        else if (_key is null)
        {
            if (node is not ComposeNode.Scalar key) return false;
            (_key, KeyLine) = (key.Value, key.Line);
        }
        else
        {
            if (_key == "<<") _merged.Add(node);
            else if (_keys.Add(_key)) _entries.Add(new(_key, node));
            else _twice ??= _key;
            (_key, KeyLine) = (null, null);
        }
        return true;
    }

    /// <summary>The finished node; null when a problem was told.</summary>
    public ComposeNode? Finish(ComposeSource source, Func<string, bool> refuse)
    {
        if (!isMapping) return new ComposeNode.Sequence(source, Line, _items, tag);
        if (_twice is not null)
        {
            refuse($"the key `{new string([.. _twice.Take(60).Where(sign => !char.IsControl(sign))])}` appears twice "
                + "in the same mapping");
            return null;
        }
        // Keys that stand here win over merged ones, and earlier merged ones over later.
        foreach (var one in _merged.SelectMany(node => node is ComposeNode.Sequence list ? list.Items : [node]))
        {
            if (one is not ComposeNode.Mapping other)
            {
                refuse("the merge key `<<` has a value that is no mapping");
                return null;
            }
            _entries.AddRange(other.Entries.Where(entry => _keys.Add(entry.Key)));
        }
        return new ComposeNode.Mapping(source, Line, _entries, tag);
    }
}
