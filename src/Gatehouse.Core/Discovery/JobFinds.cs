using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// Makes finds of jobs: known ones with their declared risk, new ones with an entry and the risk it has.
/// </summary>
internal sealed class JobFinds(EstatePlan? estate, ModelServers servers)
{
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly ModelBook _models = new(estate);
    private readonly Dictionary<string, SinkDraft> _sinks = new(StringComparer.Ordinal);

    public Find Add(Thing thing)
    {
        var wanted = JobProposal.KeyOf(thing.Name);
        var find = new Find
        {
            Kind = FindKind.Job,
            Name = wanted,
            Software = thing.Software?.Name ?? "",
            Places = thing.Places,
            Identities = thing.Identities,
            Evidence = thing.Clues,
            IsRunning = thing.HasLiveSight ? thing.IsRunning : null,
        };
        if (Declared(thing, wanted) is { } declared && _keys.Add(declared))
            return find with { Name = declared, State = FindState.Known };
        var key = Free(thing, wanted);
        var all = ModelPlaces.Of(thing, servers).SelectMany(_models.KeysOf).Distinct().ToImmutableArray();
        // Where two servers may have any name, a name would not tell which is meant: the first one counts.
        var open = all.Where(_models.IsOpen).Skip(1).ToArray();
        var models = all.RemoveRange(open);
        if (models.IsEmpty)
        {
            return find with
            {
                Name = key,
                Notes = ["The address of its models was not found: it may be in the app's own settings. "
                    + "Write its entry by hand."],
            };
        }
        ImmutableArray<ModelDraft> drafts = [.. models.Select(_models.Draft).OfType<ModelDraft>()];
        var sink = SinkProposal.Of(thing);
        if (sink is not null) sink = Sink(sink);
        var isSinkNew = sink is not null && estate?.Sinks.ContainsKey(sink.Key) != true;
        var job = JobProposal.Of(thing, key, models, sink);
        return find with
        {
            Name = key,
            Job = job,
            Models = drafts,
            Sinks = isSinkNew ? [sink!] : [],
            Notes = [.. Notes(thing, drafts), .. open.Select(key =>
                $"It also reaches {_models.UrlOf(key)}: to let it call models there, add them by name.")],
        };
    }

    /// <summary>The job in whose own network with the gate it stands; null for any other.</summary>
    public static string? AdoptedAs(Thing thing) => thing.Endpoints.Select(static endpoint => endpoint.Network)
        .FirstOrDefault(static name => name.StartsWith(GateNetworks.OfApp, StringComparison.Ordinal))
        ?[GateNetworks.OfApp.Length..];

    /// <summary>The finds with their risks, the riskiest first; every entry that they propose loads.</summary>
    public IEnumerable<Find> Judged(IReadOnlyList<Find> finds)
    {
        var bare = EstateEditor.BareText("home", "UTC");
        var fit = EstateFit.Of(bare, WithDeclared(EntriesOf(finds)), "");
        var left = fit.Left.ToDictionary(one => one.Job, one => one.Problem.Message, StringComparer.Ordinal);
        return finds.Select(find => find.Job is { } job && left.TryGetValue(job.Key, out var problem)
                ? find with { Job = null, Models = [], Sinks = [], Notes = [.. find.Notes, WithoutEntry(problem)] }
                : find with { Risk = RiskOf(find, fit.Plan) })
            .OrderByDescending(find => find.Risk?.Score ?? -1).ThenBy(find => find.Name, StringComparer.Ordinal);
    }

    private static string WithoutEntry(string problem)
        => $"No entry is proposed, because the estate would not load with it: {problem}. Write its entry by hand.";

    /// <summary>What the estate declares and nobody saw.</summary>
    public IEnumerable<Find> Missing(IReadOnlyList<Find> finds)
    {
        var seen = finds.Where(find => find.State == FindState.Known).Select(find => find.Name)
            .ToHashSet(StringComparer.Ordinal);
        return (estate?.Jobs.Values ?? []).Where(job => !seen.Contains(job.Key))
            .OrderBy(job => job.Key, StringComparer.Ordinal)
            .Select(job => new Find
            {
                Kind = FindKind.Job,
                Name = job.Key,
                State = FindState.Missing,
                Risk = JobRisk.Assess(job, estate!),
                Notes = ["The estate declares it; it was not found here. It may run elsewhere, or be gone."],
            });
    }

    private string? Declared(Thing thing, string wanted)
    {
        if (estate is null) return null;
        if (AdoptedAs(thing) is { } adopted && estate.Jobs.ContainsKey(adopted)) return adopted;
        var project = Project(thing);
        return new[] { wanted, project is null ? wanted : $"{project}-{wanted}" }.FirstOrDefault(
            estate.Jobs.ContainsKey);
    }

    private string Free(Thing thing, string wanted)
    {
        var key = wanted;
        if (!IsFree(key) && Project(thing) is { } project) key = JobProposal.KeyOf($"{project}-{wanted}");
        for (var number = 2; !IsFree(key); number++) key = FormattableString.Invariant($"{wanted}-{number}");
        _keys.Add(key);
        return key;
    }

    private bool IsFree(string key) => !_keys.Contains(key) && estate?.Jobs.ContainsKey(key) != true;

    private static string? Project(Thing thing) => thing.Identities
        .Where(identity => identity.StartsWith("compose ", StringComparison.Ordinal))
        .Select(identity => identity["compose ".Length..].Split('/')[0]).FirstOrDefault();

    /// <summary>The sink, under a key that means no other place.</summary>
    private SinkDraft Sink(SinkDraft sink)
    {
        for (var number = 1; ; number++)
        {
            var key = number == 1 ? sink.Key : FormattableString.Invariant($"{sink.Key}-{number}");
            if (estate?.Sinks.TryGetValue(key, out var declared) == true)
            {
                var isSame = declared.Kind == sink.Kind
                    && (sink.Url is null
                    || declared.Url == (Uri.TryCreate(sink.Url, UriKind.Absolute, out var url) ? url : null));
                if (isSame) return sink with { Key = key };
                continue;
            }
            if (_sinks.TryAdd(key, sink)) return sink with { Key = key };
            if (_sinks[key] with { Comment = [] } == sink with { Comment = [] }) return sink with { Key = key };
        }
    }

    private static ImmutableArray<string> Notes(Thing thing, ImmutableArray<ModelDraft> models)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (thing.Software?.Because is { } because && thing.Software.Can != JobAbilities.Unanswered)
            notes.Add($"It can alter data: {because}.");
        foreach (var power in thing.Of(ClueKind.Power))
        {
            // A program is named by a word, all else by what it does.
            var isProgram = !power.Value.Contains(' ', StringComparison.Ordinal);
            notes.Add($"It {(isProgram ? "runs " : "")}{power.Value} ({power.Where}).");
        }
        foreach (var key in thing.Of(ClueKind.ModelKey).Where(key => IsUnused(key, thing, models)))
        {
            notes.Add(
                $"It also holds {key.Value}: if it calls {KnownApis.OfKey(key.Value)!.Value.Url}, "
                + "declare a model there.");
        }
        return notes.ToImmutable();
    }

    /// <summary>
    /// Whether a key is for a provider at which no model is proposed: it may be a leftover, so nothing is added.
    /// </summary>
    private static bool IsUnused(Clue key, Thing thing, ImmutableArray<ModelDraft> models)
    {
        if (KnownApis.OfKey(key.Value) is not { } known
            || models.Any(model => model.Url.StartsWith(known.Url, StringComparison.Ordinal)))
        {
            return false;
        }
        return !thing.Of(ClueKind.ModelUrl)
            .Any(url => url.Where.Contains(known.Word, StringComparison.OrdinalIgnoreCase));
    }

    private RiskAssessment? RiskOf(Find find, EstatePlan? proposed)
        => find.State == FindState.Known ? JobRisk.Assess(estate!.Jobs[find.Name], estate)
            : find.Job is { } job && proposed?.Jobs.TryGetValue(job.Key, out var plan) == true
                ? JobRisk.Assess(plan, proposed) : null;

    /// <summary>The entries, with what they name of the estate that is there already.</summary>
    private EstateDraft WithDeclared(EstateDraft draft)
    {
        if (estate is null) return draft;
        var models = draft.Jobs.SelectMany(job => job.Models).Distinct().Where(estate.Models.ContainsKey)
            .Select(key => estate.Models[key])
            .Select(model => new ModelDraft(model.Key, model.Provider,
                model.Url.ToString())
            { Name = model.UpstreamName });
        var fresh = draft.Sinks.Select(sink => sink.Key).ToHashSet(StringComparer.Ordinal);
        var sinks = draft.Jobs.Select(job => job.Sink).Distinct()
            .Where(key => key is not ("stdout" or "none") && !fresh.Contains(key) && estate.Sinks.ContainsKey(key))
            .Select(key => estate.Sinks[key])
            .Select(sink => new SinkDraft(sink.Key, sink.Kind) { Url = sink.Url?.ToString(), Path = sink.Path });
        return draft with { Models = [.. models, .. draft.Models], Sinks = [.. sinks, .. draft.Sinks] };
    }

    /// <summary>Every entry that finds propose, each once.</summary>
    public static EstateDraft EntriesOf(IEnumerable<Find> finds)
    {
        var proposed = finds.Where(find => find.Job is not null).ToArray();
        return new EstateDraft
        {
            Models = [.. proposed.SelectMany(find => find.Models).DistinctBy(model => model.Key)],
            Sinks = [.. proposed.SelectMany(find => find.Sinks).DistinctBy(sink => sink.Key)],
            Jobs = [.. proposed.Select(find => find.Job!)],
        };
    }
}
