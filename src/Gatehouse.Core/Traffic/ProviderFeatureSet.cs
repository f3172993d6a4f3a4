using System.Buffers;
using System.Text;

namespace Gatehouse.Core.Traffic;

/// <summary>The provider-side features that one request uses, each once.</summary>
internal sealed class ProviderFeatureSet
{
    /// <summary>Different features in one request. Ours; the bound keeps the search below linear.</summary>
    public const int FeaturesMax = 32;

    private const int TypeBytesMax = 64;
    private const string UntypedTool = "untyped-tool";

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    private readonly List<string> _names = [];

    public IReadOnlyList<string> Names => _names;

    /// <summary>False when the request uses too many different ones.</summary>
    public bool Add(string feature)
    {
        if (_names.Contains(feature))
            return true;
        _names.Add(feature);
        return _names.Count <= FeaturesMax;
    }

    /// <summary>Adds a tool that has neither a type nor what a function has: only the provider can know it.</summary>
    public bool AddUntypedTool() => Add(UntypedTool);

    /// <summary>
    /// Adds a tool by its type unless the caller's own side runs it. False when the type is no tool's.
    /// </summary>
    public bool AddTool(ReadOnlySpan<byte> type)
    {
        if (type.SequenceEqual("function"u8) || type.SequenceEqual("custom"u8))
            return true;
        if (type.Length > TypeBytesMax)
            return false;
        var name = WithoutDate(type);
        if (name.Length < type.Length && (name.SequenceEqual("bash"u8) || name.SequenceEqual("text_editor"u8)
            || name.SequenceEqual("computer"u8) || name.SequenceEqual("memory"u8)))
        {
            return true;
        }
        return Add(Encoding.UTF8.GetString(name));
    }

    /// <summary>Takes off <c>_20250305</c> (Anthropic) or <c>_2025_03_11</c> (OpenAI).</summary>
    private static ReadOnlySpan<byte> WithoutDate(ReadOnlySpan<byte> type)
    {
        if (type.Length > 9 && type[^9] == '_' && !type[^8..].ContainsAnyExcept(Digits))
            return type[..^9];
        if (type.Length > 11 && type[^11] == '_' && type[^6] == '_' && type[^3] == '_'
            && !type[^10..^6].ContainsAnyExcept(Digits) && !type[^5..^3].ContainsAnyExcept(Digits)
            && !type[^2..].ContainsAnyExcept(Digits))
        {
            return type[..^11];
        }
        return type;
    }
}
