using System.Collections.Immutable;
using Gatehouse.Core.Discovery.Scanning;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>Determines from a candidate's evidence where its models are.</summary>
internal static class ModelLocator
{
    private const string Gemini = "generativelanguage.googleapis.com";
    private const int PlacesMax = 12; // Places of one job; people write two, and those of a router are ten.

    public static ImmutableArray<ModelLocation> Of(Candidate candidate, ModelServers servers)
    {
        var urls = candidate.Of(EvidenceKind.ModelUrl)
            .Select(piece => (Piece: piece, Url: ModelServers.Parse(piece.Value)!))
            .Where(one => one.Url is not null && !one.Url.Host.Contains(DisplayWord.Hidden, StringComparison.Ordinal))
            .OrderBy(one => !IsRead(candidate.Software, one.Piece))
            .DistinctBy(one => (one.Url.Host, one.Url.Port)).Take(PlacesMax).ToArray();
        var keys = candidate.Of(EvidenceKind.ModelKey).Select(piece => piece.Value).ToArray();
        var names = candidate.Of(EvidenceKind.ModelName)
            .Where(piece => piece.Source is not (EvidenceSource.Alias or EvidenceSource.OwnList)).ToArray();
        var places = urls.Select((one, index) => Place(candidate, servers, one.Piece, one.Url) with
        {
            Names = [.. NamesFor(index, [.. urls.Select(other => other.Piece)], names).Select(piece => piece.Value)],
            IsComplete = NameEvidence.IsComplete(NamesFor(index, [.. urls.Select(other => other.Piece)], names)),
            KeyVariable = IsHosted(one.Url) ? KeyFor(one.Piece, one.Url, keys) : null,
        }).ToList();
        if (places.Count == 0) places.AddRange(Hosted(keys, names, [.. candidate.Of(EvidenceKind.ModelProvider)]));
        if (places.Count == 0) places.AddRange(OfLibraries(candidate, names));
        if (places.Count == 0)
        {
            var used = servers.NeighboursOf(candidate).Where(server => server.Software?.Provider is not null).ToArray();
            places.AddRange(used.Take(1).Select(server => new ModelLocation(ModelServers.UrlFor(candidate, server),
                server.Software!.Provider!.Value, $"the network that it shares with {server.Name}",
                [.. names.Select(piece => piece.Value)])
            { Server = server.Name, IsComplete = NameEvidence.IsComplete(names) }));
        }
        return [.. places.Select(
            place => place.Names.IsEmpty
                ? place with { Names = Served(candidate, servers, place), IsComplete = true } : place)];
    }

    /// <summary>Whether an address stands where the software is known to look for it.</summary>
    private static bool IsRead(KnownSoftware? software, Evidence piece)
        => software is null || software.AddressVariables.IsEmpty
        || piece.Variable is not { } variable || software.AddressVariables.Contains(variable);

    private static ModelLocation Place(Candidate candidate, ModelServers servers, Evidence piece, ParsedUrl url)
    {
        var server = servers.Find(candidate, url.Host, url.Port);
        var provider = KnownApis.ProviderOf(url.Host, url.Port, url.Path, piece.Where);
        // What an Ollama is asked in OpenAI's dialect it answers too, so that its own name is the better one.
        if (server?.Software?.Provider is { } own) provider = own;
        var scheme = url.Scheme.Length == 0 ? "http" : url.Scheme;
        var host = url.Host.Contains(':', StringComparison.Ordinal) ? $"[{url.Host}]" : url.Host;
        var port = url.Port is { } said ? FormattableString.Invariant($":{said}") : "";
        var path = BasePath(url.Path);
        // A provider's host alone does not tell below which path it answers; Gemini's own dialect has another one.
        var isBare = path.Length == 0 || (url.Host == Gemini && !path.EndsWith("/openai", StringComparison.Ordinal));
        var place = isBare && KnownApis.UrlOfHost(url.Host) is { } usual ? usual : $"{scheme}://{host}{port}{path}";
        return new ModelLocation(place, provider, $"{piece.Where} of {candidate.First.Place}", [])
        { Server = server?.Name };
    }

    /// <summary>The part of a path that is the same for every route.</summary>
    private static string BasePath(string path)
    {
        if (path.Contains(DisplayWord.Hidden, StringComparison.Ordinal)) return "";
        var parts = path.Split('/');
        // A gateway has a version of its own before that of the dialect.
        var version = Array.FindLastIndex(parts, static part => part is ['v', >= '0' and <= '9', ..]);
        if (version >= 0)
        {
            // Gemini and DeepInfra answer in OpenAI's dialect below their version.
            if (version + 1 < parts.Length && parts[version + 1] == "openai") version++;
            return string.Join('/', parts[..(version + 1)]);
        }
        path = HostedApis.WithoutCall(path);
        var api = path.IndexOf("/api", StringComparison.Ordinal);
        return api >= 0 ? path[..api] : path;
    }

    private static bool IsHosted(ParsedUrl url) => !url.IsLocal;

    private static string? KeyFor(Evidence piece, ParsedUrl url, string[] keys)
        => keys.FirstOrDefault(key => KnownApis.OfKey(key) is { } known
            && (url.Host.Contains(known.Word, StringComparison.OrdinalIgnoreCase)
                || new Uri(known.Url).Host == url.Host
                || piece.Where.Contains(known.Word, StringComparison.OrdinalIgnoreCase)));

    /// <summary>
    /// The provider whose key a variable holds: a setting that begins alike says it, else the variable's own name.
    /// </summary>
    private static (string Word, string Url)? ProviderOf(string key, Evidence[] chosen)
    {
        const string End = "_PROVIDER";
        var setting = chosen.Where(piece => piece.Variable is { } variable
                && variable.EndsWith(End, StringComparison.OrdinalIgnoreCase)
                && key.StartsWith(variable[..^End.Length] + "_", StringComparison.OrdinalIgnoreCase))
            .MaxBy(static piece => piece.Variable!.Length);
        return setting is null ? KnownApis.OfKey(key) : KnownApis.OfName(setting.Value);
    }

    private static IEnumerable<ModelLocation> Hosted(string[] keys, Evidence[] names, Evidence[] chosen) => keys
        .Select(key => (Key: key, Known: ProviderOf(key, chosen))).Where(one => one.Known is not null)
        .DistinctBy(one => one.Known!.Value.Url).Take(PlacesMax)
        .Select((one, index) => new ModelLocation(one.Known!.Value.Url,
            KnownApis.ProviderOf(new Uri(one.Known.Value.Url).Host, null, "/v1", ""), $"the variable {one.Key}",
            [.. names.Where(name => index == 0 || Begins(name) == Begin(one.Key)).Select(name => name.Value)])
        {
            KeyVariable = one.Key,
            IsComplete = NameEvidence.IsComplete(
                names.Where(name => index == 0 || Begins(name) == Begin(one.Key)).ToArray()),
        });

    /// <summary>Where a provider's own library calls, which its script need not say.</summary>
    private static IEnumerable<ModelLocation> OfLibraries(Candidate candidate, Evidence[] names)
    {
        const string Library = "library ";
        return candidate.Of(EvidenceKind.ModelClient)
            .Where(static piece => piece.Value.StartsWith(Library, StringComparison.Ordinal))
            .Select(static piece => (Piece: piece, Known: KnownApis.OfLibrary(piece.Value[Library.Length..])))
            .Where(static one => one.Known is not null).Take(1)
            .Select(one => new ModelLocation(one.Known!.Value.Url,
                KnownApis.ProviderOf(new Uri(one.Known.Value.Url).Host, null, "/v1", ""),
                $"{one.Piece.Value}, {one.Piece.Where} of {candidate.First.Place}",
                [.. names.Select(static name => name.Value)])
            { IsComplete = NameEvidence.IsComplete(names) });
    }

    /// <summary>
    /// A name belongs to the URL whose variable begins alike; one that does not tell belongs to the first.
    /// </summary>
    private static ImmutableArray<Evidence> NamesFor(int index, Evidence[] urls, Evidence[] names)
        => [.. names.Where(name =>
        {
            var match = Array.FindIndex(urls, url => Begins(url) == Begins(name) && Begins(name).Length != 0);
            return match == index || (match < 0 && index == 0);
        })];

    private static string Begins(Evidence piece)
        => piece.Variable is { } variable ? Begin(variable) : piece.Where;

    private static string Begin(string variable) => variable.Split('_')[0];

    private static ImmutableArray<string> Served(Candidate candidate, ModelServers servers, ModelLocation place)
        => ModelServers.Parse(place.Url) is { } url && servers.Find(candidate, url.Host, url.Port) is { } server
            ? [.. server.Of(EvidenceKind.ModelName).Where(piece => server.Role != SoftwareRole.Proxy
                || piece.Source is EvidenceSource.Alias or EvidenceSource.OwnList).Select(piece => piece.Value)] : [];
}

/// <summary>A place at which a job reaches models.</summary>
/// <param name="Url">Its URL.</param>
/// <param name="Provider">The dialects that it speaks.</param>
/// <param name="Where">What told of it.</param>
/// <param name="Names">Names of models there, as far as they were seen.</param>
internal sealed record ModelLocation(string Url, ModelProvider Provider, string Where, ImmutableArray<string> Names)
{
    /// <summary>The name of the server, where it is one of this host.</summary>
    public string? Server { get; init; }

    /// <summary>
    /// Whether the names are all that the job asks for. A default, or the model for a search's embeddings, is one of
    /// several.
    /// </summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>The variable that holds the key; null when there is none.</summary>
    public string? KeyVariable { get; init; }
}

/// <summary>Tells whether the names of models that were seen for a job are all that it asks for.</summary>
internal static class NameEvidence
{
    // Words in the names of models that answer no prompt.
    private static readonly string[] OtherModels =
    [
        "embed", "bge-", "minilm", "rerank", "whisper", "tts", "kokoro", "piper", "voxtral", "dall-e", "flux", "sdxl",
        "stable-diffusion", "clip", "gte-", "e5-", "snowflake-arctic",
    ];

    // Words in variables that name a model for one purpose, or one of several to choose from.
    private static readonly string[] PartWords =
        ["EMBED", "EMBEDDING", "EMBEDDINGS", "RAG", "RERANK", "RERANKING", "RERANKER", "WHISPER", "STT", "TTS", "AUDIO",
            "SPEECH", "TRANSCRIPTION", "DEFAULT", "TASK", "TITLE", "PREFERRED", "FALLBACK"];

    /// <summary>
    /// Whether one of the names is of a model that answers prompts, in a setting that is not for a part only, and
    /// none is a pattern.
    /// </summary>
    public static bool IsComplete(IReadOnlyCollection<Evidence> names) => names.Any(IsChosen)
        && !names.Any(static piece => piece.Value.Contains('*', StringComparison.Ordinal));

    // What Compose names under `models:` is the service's own list, as is what a configuration lists for a place.
    private static bool IsChosen(Evidence piece)
        => piece.Source is EvidenceSource.ServiceModels or EvidenceSource.Settings || IsChosenBy(piece);

    private static bool IsChosenBy(Evidence piece) => !OtherModels.Any(word => piece.Value.Contains(word,
            StringComparison.OrdinalIgnoreCase))
        && !(piece.Variable is { } variable
            && variable.ToUpperInvariant().Split('_').Any(PartWords.Contains));
}
