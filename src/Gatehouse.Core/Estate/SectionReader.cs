using System.Diagnostics.CodeAnalysis;

namespace Gatehouse.Core.Estate;

/// <summary>
/// One section of one file, read key by key. Every problem is reported where it stands and reading goes on, so that
/// a user sees all problems at once; code that builds from it must read every key, even when an earlier one failed.
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

/// <summary>A key whose values have a type.</summary>
/// <typeparam name="T">The type of its values.</typeparam>
internal sealed class Setting<T>(string name, ValueShape<T> shape, string summary)
    : SettingKey(name, summary)
{
    public override Shape Shape => Typed;

    public ValueShape<T> Typed { get; } = shape;

    /// <summary>The value of a file that does not hold the key.</summary>
    public T? Default { get; init; }
}

/// <summary>One key of the estate file. Reader, schema and documents are made from all of them.</summary>
internal abstract class SettingKey(string name, string summary)
{
    public string Name { get; } = name;

    /// <summary>What it does, as one sentence.</summary>
    public string Summary { get; } = summary;

    public bool Required { get; init; }

    /// <summary>The default in the words of the file; null when absence means absence.</summary>
    public string? DefaultText { get; init; }

    /// <summary>Why the default or the range is what it is.</summary>
    public string? Source { get; init; }

    public abstract Shape Shape { get; }

    /// <summary>Everything that an editor shows beside the key.</summary>
    public string Description
    {
        get
        {
            var range = Shape.Range.Length == 0 ? "" : $" Range: {Shape.Range}.";
            return $"{Summary}{range}{(DefaultText is null ? "" : $" Default: {DefaultText}.")}";
        }
    }
}

/// <summary>Which keys go with a kind of source or sink.</summary>
/// <param name="Allowed">Keys that it may have beside <c>kind</c>.</param>
/// <param name="Needed">Those of them that it must have.</param>
/// <param name="Schemes">Schemes that its URL may have.</param>
internal sealed record KindRule(SettingKey[] Allowed, SettingKey[] Needed, string[] Schemes)
{
    /// <summary>Reports keys that are missing or out of place.</summary>
    public void Check(SectionReader section, string kind, SettingKey[] all, Uri? url)
    {
        foreach (var setting in all)
        {
            var isThere = section.Has(setting);
            if (isThere && !Allowed.Contains(setting))
                section.Error(setting, $"`{setting.Name}` does not belong to kind {kind}", AllowedText);
            else if (!isThere && Needed.Contains(setting))
                section.Error(setting, $"kind {kind} needs `{setting.Name}`", setting.Shape.Expected);
            else if (isThere && setting.Name == "url" && url is not null && !Schemes.Contains(url.Scheme))
                section.Error(setting, $"kind {kind} cannot use this scheme", SchemesText);
        }
    }

    private string SchemesText =>
        $"a URL that starts with {string.Join(" or ", Schemes.Select(scheme => $"{scheme}://"))}";

    private string AllowedText => Allowed.Length == 0
        ? "no further key" : $"only {string.Join(", ", Allowed.Select(setting => $"`{setting.Name}`"))}";
}
