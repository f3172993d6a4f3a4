using System.Buffers;
using System.Text;

namespace Gatehouse.Core.Traffic;

/// <summary>The provider-side features that one request uses, each once.</summary>
internal sealed class ProviderFeatureSet
{
    /// <summary>Different features in one request. Ours; the bound keeps the search below linear.</summary>
    public const int FeaturesMax = 32;

    private const int NameBytesMax = 64;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    /// <summary>Tools that the caller's own side runs. The model only asks for them.</summary>
    private static readonly byte[][] RunByTheCaller =
    [
        [.. "function"u8], [.. "custom"u8], [.. "namespace"u8], [.. "local_shell"u8], [.. "shell"u8],
        [.. "apply_patch"u8], [.. "computer"u8], [.. "computer_use_preview"u8],
        // These search among the tools that the request itself names.
        [.. "tool_search"u8], [.. "tool_search_tool_bm25"u8], [.. "tool_search_tool_regex"u8],
    ];

    /// <summary>The same, as Anthropic writes them: only with a date.</summary>
    private static readonly byte[][] RunByTheCallerWithDate =
    [
        [.. "bash"u8], [.. "text_editor"u8], [.. "computer"u8], [.. "memory"u8], [.. "computer_toolset"u8],
        [.. "browser_toolset"u8], [.. "computer_use_preview"u8], [.. "tool_search_tool_bm25"u8],
        [.. "tool_search_tool_regex"u8],
    ];

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

    /// <summary>
    /// Adds a tool by its type unless the caller's own side runs it. False when the type is no tool's.
    /// </summary>
    public bool AddTool(ReadOnlySpan<byte> type, out bool isHosted)
    {
        isHosted = false;
        if (type.Length > NameBytesMax)
            return false;
        var name = WithoutDate(type);
        if (IsOneOf(name.Length < type.Length ? RunByTheCallerWithDate : RunByTheCaller, name))
            return true;
        isHosted = true;
        return Add(NameOf(name));
    }

    /// <summary>
    /// A caller's word as a name that can stand under <c>provider-tools:</c>: other characters become dashes.
    /// </summary>
    public static string NameOf(ReadOnlySpan<byte> word)
    {
        var name = new StringBuilder(NameBytesMax);
        // A key of the estate file begins with a letter or a digit.
        if (word.IsEmpty || !char.IsAsciiLetterOrDigit((char)word[0]))
            name.Append('x');
        foreach (var one in word[..Math.Min(word.Length, NameBytesMax - 1)])
            name.Append(char.IsAsciiLetterOrDigit((char)one) || one is (byte)'.' or (byte)'_' ? (char)one : '-');
        return name.ToString();
    }

    /// <summary>Takes off <c>_20250305</c> (Anthropic), <c>_2025_03_11</c> or <c>-2025-03-11</c> (OpenAI).</summary>
    public static ReadOnlySpan<byte> WithoutDate(ReadOnlySpan<byte> type)
    {
        if (type.Length > 9 && type[^9] == '_' && !type[^8..].ContainsAnyExcept(Digits))
            return type[..^9];
        if (type.Length > 11 && type[^11] is (byte)'_' or (byte)'-' && type[^6] == type[^11] && type[^3] == type[^11]
            && !type[^10..^6].ContainsAnyExcept(Digits) && !type[^5..^3].ContainsAnyExcept(Digits)
            && !type[^2..].ContainsAnyExcept(Digits))
        {
            return type[..^11];
        }
        return type;
    }

    private static bool IsOneOf(byte[][] types, ReadOnlySpan<byte> type)
    {
        foreach (var known in types)
        {
            if (type.SequenceEqual(known))
                return true;
        }
        return false;
    }
}
