using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// Makes discovered items of jobs: known ones with their declared risk, new ones with an entry and the risk it has.
/// </summary>
internal sealed class DiscoveredJobs(EstatePlan? estate, ModelServers servers)
{
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly ModelBook _models = new(estate);
    private readonly Dictionary<string, SinkDraft> _sinks = new(StringComparer.Ordinal);

    public DiscoveredItem Add(Candidate candidate)
    {
        var wanted = JobProposal.KeyOf(candidate.Name);
        var discovered = new DiscoveredItem
        {
            Kind = DiscoveredKind.Job,
            Name = wanted,
            Software = candidate.Software?.Name ?? "",
            Places = candidate.Places,
            Identities = candidate.Identities,
            Evidence = candidate.Evidence,
            IsRunning = candidate.HasLiveObservation ? candidate.IsRunning : null,
        };
        if (Declared(candidate, wanted) is { } declared && _keys.Add(declared))
            return discovered with { Name = declared, State = DiscoveredState.Known };
        var key = Free(candidate, wanted);
        var all = ModelLocator.Of(candidate, servers).SelectMany(_models.KeysOf).Distinct().ToImmutableArray();
        // Where two servers may have any name, a name would not tell which is meant: the first one counts.
        var open = all.Where(_models.IsOpen).Skip(1).ToArray();
        // Of two places that have a model of one name, a call by that name could mean either: the first one counts.
        var twice = all.Except(open).GroupBy(_models.NameOf).SelectMany(static same => same.Skip(1)).ToArray();
        var models = all.RemoveRange(open).RemoveRange(twice);
        if (models.IsEmpty)
        {
            return discovered with
            {
                Name = key,
                Notes = ["The address of its models was not found: it may be in the app's own settings. "
                    + "Write its entry by hand."],
            };
        }
        ImmutableArray<ModelDraft> drafts = [.. models.Select(_models.Draft).OfType<ModelDraft>()];
        var sink = SinkProposal.Of(candidate);
        if (sink is not null) sink = Sink(sink);
        var isSinkNew = sink is not null && estate?.Sinks.ContainsKey(sink.Key) != true;
        var job = JobProposal.Of(candidate, key, models, sink);
        return discovered with
        {
            Name = key,
            Job = job,
            Models = drafts,
            Sinks = isSinkNew ? [sink!] : [],
            Notes = [.. Notes(candidate, drafts), .. open.Select(key =>
                $"It also reaches {_models.UrlOf(key)}: to let it call models there, add them by name."),
                .. twice.Select(key => $"It also reaches {_models.NameOf(key)} at {_models.UrlOf(key)}: a call by that "
                    + "name has one place, so that the first one is proposed.")],
        };
    }

    /// <summary>The job in whose own network with the gate it is; null for any other.</summary>
    public static string? AdoptedAs(Candidate candidate)
        => candidate.Endpoints.Select(static endpoint => endpoint.Network)
        .FirstOrDefault(static name => name.StartsWith(GateNetworks.OfApp, StringComparison.Ordinal))
        ?[GateNetworks.OfApp.Length..];

    /// <summary>The discovered jobs with their risks, the riskiest first; every proposed entry loads.</summary>
    public IEnumerable<DiscoveredItem> Classified(IReadOnlyList<DiscoveredItem> discoveries)
    {
        var bare = EstateEditor.BareText("home", "UTC");
        var fit = EstateFit.Of(bare, WithDeclared(EntriesOf(discoveries)), "");
        var left = fit.Left.ToDictionary(one => one.Job, one => one.Problem.Message, StringComparer.Ordinal);
        return discoveries.Select(discovered => discovered.Job is { } job && left.TryGetValue(job.Key, out var problem)
                ? discovered with
                {
                    Job = null,
                    Models = [],
                    Sinks = [],
                    Notes = [.. discovered.Notes, WithoutEntry(problem)]
                }
                : discovered with { Risk = RiskOf(discovered, fit.Plan) })
            .OrderByDescending(discovered => discovered.Risk?.Score ?? -1)
                .ThenBy(discovered => discovered.Name, StringComparer.Ordinal);
    }

    private static string WithoutEntry(string problem)
        => $"No entry is proposed, because the estate would not load with it: {problem}. Write its entry by hand.";

    /// <summary>What the estate declares and nobody saw.</summary>
    public IEnumerable<DiscoveredItem> Missing(IReadOnlyList<DiscoveredItem> discoveries)
    {
        var seen = discoveries.Where(discovered => discovered.State == DiscoveredState.Known)
            .Select(discovered => discovered.Name)
            .ToHashSet(StringComparer.Ordinal);
        return (estate?.Jobs.Values ?? []).Where(job => !seen.Contains(job.Key))
            .OrderBy(job => job.Key, StringComparer.Ordinal)
            .Select(job => new DiscoveredItem
            {
                Kind = DiscoveredKind.Job,
                Name = job.Key,
                State = DiscoveredState.Missing,
                Risk = JobRisk.Assess(job, estate!),
                Notes = ["The estate declares it; it was not found here. It may run elsewhere, or be gone."],
            });
    }

    private string? Declared(Candidate candidate, string wanted)
    {
        if (estate is null) return null;
        if (AdoptedAs(candidate) is { } adopted && estate.Jobs.ContainsKey(adopted)) return adopted;
        var project = Project(candidate);
        return new[] { wanted, project is null ? wanted : $"{project}-{wanted}" }.FirstOrDefault(
            estate.Jobs.ContainsKey);
    }

    private string Free(Candidate candidate, string wanted)
    {
        var key = wanted;
        if (!IsFree(key) && Project(candidate) is { } project) key = JobProposal.KeyOf($"{project}-{wanted}");
        for (var number = 2; !IsFree(key); number++) key = FormattableString.Invariant($"{wanted}-{number}");
        _keys.Add(key);
        return key;
    }

    private bool IsFree(string key) => !_keys.Contains(key) && estate?.Jobs.ContainsKey(key) != true;

    private static string? Project(Candidate candidate) => candidate.Identities
        .Where(static identity => identity.Kind == IdentityKind.ComposeService)
        .Select(static identity => identity.Project).FirstOrDefault();

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

    private static ImmutableArray<string> Notes(Candidate candidate, ImmutableArray<ModelDraft> models)
    {
        var notes = ImmutableArray.CreateBuilder<string>();
        if (candidate.Software?.Because is { } because && candidate.Software.Can != JobAbilities.Unanswered)
            notes.Add($"It can alter data: {because}.");
        foreach (var power in candidate.Of(EvidenceKind.Power))
        {
            // A program is named by a word, all else by what it does.
            var isProgram = !power.Value.Contains(' ', StringComparison.Ordinal);
            notes.Add($"It {(isProgram ? "runs " : "")}{power.Value} ({power.Where}).");
        }
        foreach (var key in candidate.Of(EvidenceKind.ModelKey).Where(key => IsUnused(key, candidate, models)))
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
    private static bool IsUnused(Evidence key, Candidate candidate, ImmutableArray<ModelDraft> models)
    {
        if (KnownApis.OfKey(key.Value) is not { } known
            || models.Any(model => model.Url.StartsWith(known.Url, StringComparison.Ordinal)))
        {
            return false;
        }
        return !candidate.Of(EvidenceKind.ModelUrl)
            .Any(url => url.Where.Contains(known.Word, StringComparison.OrdinalIgnoreCase));
    }

    private RiskAssessment? RiskOf(DiscoveredItem discovered, EstatePlan? proposed)
        => discovered.State == DiscoveredState.Known ? JobRisk.Assess(estate!.Jobs[discovered.Name], estate)
            : discovered.Job is { } job && proposed?.Jobs.TryGetValue(job.Key, out var plan) == true
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

    /// <summary>Every entry that discovered jobs propose, each once.</summary>
    public static EstateDraft EntriesOf(IEnumerable<DiscoveredItem> discoveries)
    {
        var proposed = discoveries.Where(discovered => discovered.Job is not null).ToArray();
        return new EstateDraft
        {
            Models = [.. proposed.SelectMany(discovered => discovered.Models).DistinctBy(model => model.Key)],
            Sinks = [.. proposed.SelectMany(discovered => discovered.Sinks).DistinctBy(sink => sink.Key)],
            Jobs = [.. proposed.Select(discovered => discovered.Job!)],
        };
    }
}
