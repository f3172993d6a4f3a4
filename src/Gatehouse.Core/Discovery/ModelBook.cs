using System.Collections.Immutable;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>The models that jobs call: those that the estate has, and drafts of those that it lacks.</summary>
internal sealed class ModelBook
{
    private const int NamesMax = 8; // Models of one place that a job is given; a person can add more.

    private readonly Dictionary<(string Url, string Name), string> _keys = [];
    private readonly Dictionary<string, ModelDraft> _drafts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public ModelBook(EstatePlan? estate)
    {
        foreach (var model in estate?.Models.Values ?? [])
        {
            _taken.Add(model.Key);
            _keys.TryAdd((model.Url.ToString(), model.UpstreamName), model.Key);
        }
    }

    /// <summary>Whether a key stands for every model that a place has.</summary>
    public bool IsOpen(string key) => _keys.Any(pair => pair.Value == key && pair.Key.Name == ModelPlan.AnyName);

    public string UrlOf(string key) => _keys.First(pair => pair.Value == key).Key.Url;

    /// <summary>The name under which a model's place knows it.</summary>
    public string NameOf(string key) => _keys.First(pair => pair.Value == key).Key.Name;

    public ModelDraft? Draft(string key) => _drafts.GetValueOrDefault(key);

    /// <summary>Keys of the models at a place.</summary>
    public IEnumerable<string> KeysOf(ModelLocation place)
    {
        var url = UpstreamUrl.TryParse(place.Url, out _);
        if (url is null) return [];
        var names = place.Names.Where(NameText.IsModel).Distinct().ToArray();
        if (names.Length is > 0 and <= NamesMax && place.IsComplete)
            return names.Select(name => KeyOf(url, name, place, []));
        if (Known(url) is { Length: > 0 } known) return known;
        return [KeyOf(url, null, place, [names.Length == 0
            ? "its models' names could not be determined, so every one of them: name those that you want"
            : $"{string.Join(", ", names.Take(3))} seen, which need not be all of them: name those that you want"])];
    }

    private string[] Known(UpstreamUrl url)
        => [.. _keys.Where(pair => pair.Key.Url == url.ToString() && !_drafts.ContainsKey(pair.Value))
            .Select(pair => pair.Value).Order(StringComparer.Ordinal).Take(NamesMax)];

    /// <summary>The key of one model, or of all that a place has where the name is null.</summary>
    private string KeyOf(UpstreamUrl url, string? seen, ModelLocation place, ImmutableArray<string> comment)
    {
        var upstream = seen ?? (place.Provider == ModelProvider.Anthropic ? Label(url, place) : ModelPlan.AnyName);
        ImmutableArray<string> seenIn = [$"seen in {place.Where}", .. comment, .. KeyComment(place.KeyVariable)];
        if (_keys.TryGetValue((url.ToString(), upstream), out var known))
        {
            // Each job's find says where that job was seen to call it, not where the first one was.
            if (_drafts.TryGetValue(known, out var draft)) _drafts[known] = draft with { Comment = seenIn };
            return known;
        }
        var name = seen ?? Label(url, place);
        var key = _taken.Add(name) ? name : Free($"{name}@{Label(url, place)}");
        _keys.Add((url.ToString(), upstream), key);
        // Ollama's own dialect lies beside /v1, so that its address is the part before.
        var address = url.ToString();
        var isBase = place.Provider == ModelProvider.Ollama && address.EndsWith("/v1", StringComparison.Ordinal);
        _drafts.Add(key, new ModelDraft(key, place.Provider, isBase ? address[..^3] : address)
        {
            Name = key == upstream ? null : upstream,
            Credential = place.KeyVariable is { } held && KnownApis.VariableFor(held) is { } variable
                ? $"env:{variable}" : null,
            Comment = seenIn,
        });
        return key;
    }

    private static ImmutableArray<string> KeyComment(string? key)
        => key is null || KnownApis.IsVariable(key) || KnownApis.VariableFor(key) is not { } variable ? []
            : [$"the app keeps its key itself ({key}): give the gate one in {variable}"];

    private string Free(string key)
    {
        var free = key.Length > 120 ? key[..120] : key;
        for (var number = 2; !_taken.Add(free); number++)
            free = FormattableString.Invariant($"{(key.Length > 120 ? key[..120] : key)}-{number}");
        return free;
    }

    /// <summary>A word for a place: the first part of its name; for an address the server's own name.</summary>
    private static string Label(UpstreamUrl url, ModelLocation place)
    {
        var parts = url.Host.Split('.');
        var isAddress = char.IsAsciiDigit(url.Host[0]) || url.Host.Contains(':', StringComparison.Ordinal);
        var label = isAddress || url.Host == "localhost" ? place.Server ?? url.Host.Replace(':', '-').Trim('-')
            : parts is ["api", var second, ..] ? second : parts[0];
        return NameText.IsModel(label) ? label : "model";
    }
}
