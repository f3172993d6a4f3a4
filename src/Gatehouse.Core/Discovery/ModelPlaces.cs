using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Clues;

namespace Gatehouse.Core.Discovery;

/// <summary>Tells from a thing's clues where its models are.</summary>
internal static class ModelPlaces
{
    /// <summary>Where the names stand that a server itself lists.</summary>
    public const string OwnList = "its own list";

    private const int PlacesMax = 6; // Places of one job; people write two.

    public static ImmutableArray<ModelPlace> Of(Thing thing, ModelServers servers)
    {
        var urls = thing.Of(ClueKind.ModelUrl)
            .Select(clue => (Clue: clue, Url: ModelServers.Parse(clue.Value)!))
            .Where(one => one.Url is not null && !one.Url.Host.Contains(ShownWord.Hidden, StringComparison.Ordinal))
            .DistinctBy(one => (one.Url.Host, one.Url.Port)).Take(PlacesMax).ToArray();
        var keys = thing.Of(ClueKind.ModelKey).Select(clue => clue.Value).ToArray();
        var names = thing.Of(ClueKind.ModelName)
            .Where(clue => clue.Where is not (AppSettings.Alias or OwnList)).ToArray();
        var places = urls.Select((one, index) => Place(thing, servers, one.Clue, one.Url) with
        {
            Names = [.. NamesFor(index, [.. urls.Select(other => other.Clue)], names).Select(clue => clue.Value)],
            IsComplete = NameEvidence.IsComplete(NamesFor(index, [.. urls.Select(other => other.Clue)], names)),
            KeyVariable = IsHosted(one.Url) ? KeyFor(one.Clue, one.Url, keys) : null,
        }).ToList();
        if (places.Count == 0) places.AddRange(Hosted(keys, names));
        if (places.Count == 0)
        {
            var used = servers.NeighboursOf(thing).Where(server => server.Software?.Provider is not null).ToArray();
            places.AddRange(used.Take(1).Select(server => new ModelPlace(ModelServers.UrlFor(thing, server),
                server.Software!.Provider!.Value, $"the network that it shares with {server.Name}",
                [.. names.Select(clue => clue.Value)])
            { Server = server.Name, IsComplete = NameEvidence.IsComplete(names) }));
        }
        return [.. places.Select(
            place => place.Names.IsEmpty
                ? place with { Names = Served(thing, servers, place), IsComplete = true } : place)];
    }

    private static ModelPlace Place(Thing thing, ModelServers servers, Clue clue, ParsedUrl url)
    {
        var server = servers.Find(thing, url.Host, url.Port);
        var provider = KnownApis.ProviderOf(url.Host, url.Port, url.Path, clue.Where);
        // What an Ollama is asked in OpenAI's dialect it answers too, so that its own name is the better one.
        if (server?.Software?.Provider is { } own) provider = own;
        var scheme = url.Scheme.Length == 0 ? "http" : url.Scheme;
        var host = url.Host.Contains(':', StringComparison.Ordinal) ? $"[{url.Host}]" : url.Host;
        var port = url.Port is { } said ? FormattableString.Invariant($":{said}") : "";
        return new ModelPlace($"{scheme}://{host}{port}{BasePath(url.Path)}", provider,
            $"{clue.Where} of {thing.First.Place}", [])
        { Server = server?.Name };
    }

    /// <summary>The part of a path that is the same for every route.</summary>
    private static string BasePath(string path)
    {
        if (path.Contains(ShownWord.Hidden, StringComparison.Ordinal)) return "";
        var version = path.IndexOf("/v1", StringComparison.Ordinal);
        if (version >= 0) return path[..(version + 3)];
        var api = path.IndexOf("/api", StringComparison.Ordinal);
        return api >= 0 ? path[..api] : path.TrimEnd('/');
    }

    private static bool IsHosted(ParsedUrl url) => !url.IsHouse;

    private static string? KeyFor(Clue clue, ParsedUrl url, string[] keys)
        => keys.FirstOrDefault(key => KnownApis.OfKey(key) is { } known
            && (url.Host.Contains(known.Word, StringComparison.OrdinalIgnoreCase)
                || clue.Where.Contains(known.Word, StringComparison.OrdinalIgnoreCase)));

    private static IEnumerable<ModelPlace> Hosted(string[] keys, Clue[] names) => keys
        .Select(key => (Key: key, Known: KnownApis.OfKey(key))).Where(one => one.Known is not null)
        .DistinctBy(one => one.Known!.Value.Url).Take(PlacesMax)
        .Select((one, index) => new ModelPlace(one.Known!.Value.Url,
            KnownApis.ProviderOf(new Uri(one.Known.Value.Url).Host, null, "/v1", ""), $"the variable {one.Key}",
            [.. names.Where(name => index == 0 || Begins(name) == Begin(one.Key)).Select(name => name.Value)])
        {
            KeyVariable = one.Key,
            IsComplete = NameEvidence.IsComplete(
                names.Where(name => index == 0 || Begins(name) == Begin(one.Key)).ToArray()),
        });

    /// <summary>
    /// A name belongs to the URL whose variable begins alike; one that does not tell belongs to the first.
    /// </summary>
    private static ImmutableArray<Clue> NamesFor(int index, Clue[] urls, Clue[] names)
        => [.. names.Where(name =>
        {
            var match = Array.FindIndex(urls, url => Begins(url) == Begins(name) && Begins(name).Length != 0);
            return match == index || (match < 0 && index == 0);
        })];

    private static string Begins(Clue clue)
        => clue.Where.StartsWith("env ", StringComparison.Ordinal) ? Begin(clue.Where["env ".Length..]) : clue.Where;

    private static string Begin(string variable) => variable.Split('_')[0];

    private static ImmutableArray<string> Served(Thing thing, ModelServers servers, ModelPlace place)
        => ModelServers.Parse(place.Url) is { } url && servers.Find(thing, url.Host, url.Port) is { } server
            ? [.. server.Of(ClueKind.ModelName).Where(clue => server.Role != SoftwareRole.Proxy
                || clue.Where is AppSettings.Alias or OwnList).Select(clue => clue.Value)] : [];
}
