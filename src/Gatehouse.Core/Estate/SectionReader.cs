using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Core.Estate;

/// <summary>
/// One section of one file, read key by key. Every problem is reported where it stands and reading goes on, so that
/// a user sees all problems at once; whoever builds from it must read every key, even when an earlier one failed.
/// </summary>
internal sealed class SectionReader(
    SectionShape shape, EstateNode.Mapping node, string path, EstateProblems problems)
{
    public string Path => path;

    /// <summary>True when the key stands in the file, readable or not.</summary>
    public bool Has(SettingKey setting) => Find(setting) is not null;

    /// <summary>The value, or its default when the key is absent or unreadable.</summary>
    public T? Get<T>(Setting<T> setting) => TryGet(setting, out var value) ? value : setting.Default;

    /// <summary>The value, or null when the key is absent or unreadable.</summary>
    public T? GetOrNull<T>(Setting<T> setting)
        where T : struct => TryGet(setting, out var value) ? value : null;

    /// <summary>Reads a key; a required one that is absent is a problem.</summary>
    public bool TryGet<T>(Setting<T> setting, [MaybeNullWhen(false)] out T value)
    {
        if (Find(setting) is { } child)
            return setting.Typed.TryRead(child, PathOf(setting), problems, out value);
        value = default;
        if (setting.Required)
            problems.Error(node, PathOf(setting), $"{shape.What} needs `{setting.Name}`", setting.Shape.Expected);
        return false;
    }

    /// <summary>Reports a problem at the value of a key, or at the section when the key is absent.</summary>
    public void Error(SettingKey setting, string message, string? expected = null, string? nearest = null) =>
        problems.Error(Find(setting) ?? node, PathOf(setting), message, expected, nearest);

    /// <summary>Reports a problem at one item of a list.</summary>
    public void ErrorAt(SettingKey setting, int index, string message, string? expected = null, string? nearest = null)
    {
        if (Find(setting) is EstateNode.Sequence list && index < list.Items.Count)
            problems.Error(list.Items[index], $"{PathOf(setting)}[{index}]", message, expected, nearest);
        else
            Error(setting, message, expected, nearest);
    }

    /// <summary>Notes at the value of a key that it deserves a look.</summary>
    public void Warning(SettingKey setting, string message) =>
        problems.Warning(Find(setting) ?? node, PathOf(setting), message);

    private string PathOf(SettingKey setting) => path.Length == 0 ? setting.Name : $"{path}.{setting.Name}";

    private EstateNode? Find(SettingKey setting)
    {
        foreach (var (key, value) in node.Entries)
        {
            if (string.Equals(key.Text, setting.Name, StringComparison.Ordinal))
                return value;
        }
        return null;
    }
}
