namespace Gatehouse.Core.Estate;

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
