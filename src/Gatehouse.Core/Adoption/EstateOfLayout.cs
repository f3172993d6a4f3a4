using System.Collections.Immutable;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// The entries that an adoption adds to the estate, and what it adds to those that the estate has. A new job may call
/// every model of the servers that it could reach before; one that is declared already may call no more than before.
/// Every adopted job is known by its network and starts in observe.
/// </summary>
public sealed class EstateOfLayout
{
    private readonly AdoptionLayout _layout;
    private readonly EstatePlan? _estate;
    private readonly Dictionary<string, ImmutableArray<ModelPlan>> _declared;

    /// <summary>Entries of a layout.</summary>
    /// <param name="layout">What was decided.</param>
    /// <param name="estate">What is declared already; null when there is no estate.</param>
    public EstateOfLayout(AdoptionLayout layout, EstatePlan? estate)
    {
        (_layout, _estate) = (layout, estate);
        _declared = layout.Models.AddRange(layout.Standing?.Models ?? [])
            .ToDictionary(static model => model.Key, Declared, StringComparer.Ordinal);
    }

    /// <summary>The entries and changes.</summary>
    /// <param name="drafts">What is known of each app, by job.</param>
    /// <param name="sinks">Sinks that the drafts name and the estate lacks.</param>
    public EstateDraft Draft(IReadOnlyDictionary<string, JobDraft> drafts, ImmutableArray<SinkDraft> sinks)
    {
        var jobs = _layout.Apps
            .Select(app => (Draft: DraftOf(app, drafts), app.Models, app.Listens))
            .Concat(Callers()).ToArray();
        var (known, fresh) = (jobs.Where(job => IsDeclared(job.Draft.Key)).ToArray(),
            jobs.Where(job => !IsDeclared(job.Draft.Key)).ToArray());
        var changes = known.Select(job => new JobChange(job.Draft.Key)
        {
            More = [.. Place(job.Listens)],
            AlsoModels = KeysOf([.. job.Models.Where(model => !MayCall(job.Draft.Key, model))],
                _estate!.Jobs[job.Draft.Key].AnyModel is not null),
        }).ToImmutableArray();
        ImmutableArray<JobDraft> added = [.. fresh.Select(job => job.Draft with
        {
            Models = KeysOf(job.Models, hasAny: false),
            More = [.. job.Draft.More, .. Place(job.Listens)],
        })];
        var used = added.SelectMany(static job => job.Models).Concat(changes.SelectMany(static job => job.AlsoModels))
            .ToHashSet(StringComparer.Ordinal);
        var named = jobs.Where(static job => job.Draft.Sink is not ("stdout" or "none"))
            .Where(job => !IsDeclared(job.Draft.Key)).Select(static job => job.Draft.Sink);
        return new EstateDraft
        {
            Models = [.. _layout.Models.SelectMany(Drafts).Where(model => used.Contains(model.Key))],
            Sinks = [.. sinks.Where(sink => named.Contains(sink.Key, StringComparer.Ordinal))],
            Jobs = added,
            JobChanges = changes,
            ModelMoves = [.. _layout.Models.SelectMany(Moves)],
        };
    }

    /// <summary>
    /// A server of which nobody knows what it serves, and that some job would use beside another: the gate could not
    /// tell their calls apart. Null where there is none.
    /// </summary>
    public AdoptedServer? Silent()
    {
        foreach (var app in _layout.Apps)
        {
            var hasAny = _estate?.Jobs.GetValueOrDefault(app.Job)?.AnyModel is not null;
            var needed = app.Models.Where(model => !IsDeclared(app.Job) || !MayCall(app.Job, model));
            if (needed.Skip(hasAny ? 0 : 1).FirstOrDefault(static model => model.Served.IsEmpty) is { } silent)
                return silent;
        }
        return null;
    }

    /// <summary>What the person should know about jobs that are declared already, in sentences.</summary>
    public IEnumerable<string> Notes()
    {
        foreach (var app in _layout.Apps.Where(app => IsDeclared(app.Job)))
        {
            var models = _estate!.Jobs[app.Job].Models;
            if (models.Any(static model => model.IsAny) || !app.Models.Any(model => MayCall(app.Job, model))) continue;
            yield return $"{app.Job} is in the estate already and may call what its entry says: "
                + $"{string.Join(", ", models.Select(static model => model.Key))}. Other models are refused then.";
        }
    }

    private bool IsDeclared(string job) => _estate?.Jobs.ContainsKey(job) == true;

    private bool MayCall(string job, AdoptedServer place)
        => _estate!.Jobs[job].Models.Any(model => _declared.GetValueOrDefault(place.Key, []).Contains(model)
            || model.Key == place.Key);

    /// <summary>
    /// Keys for a job that may call all models of some servers. A name that no entry has can only go to one server of
    /// a job; of the others it gets the models that they serve now.
    /// </summary>
    private ImmutableArray<string> KeysOf(ImmutableArray<AdoptedServer> places, bool hasAny)
    {
        var keys = ImmutableArray.CreateBuilder<string>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var place in places)
        {
            if (hasAny && !place.Served.IsEmpty)
                keys.AddRange(place.Served.Where(names.Add).Select(name => NamedKey(place, name)));
            else
                keys.Add(AnyKey(place));
            names.UnionWith(place.Served);
            hasAny = true;
        }
        return keys.ToImmutable();
    }

    private string AnyKey(AdoptedServer place)
        => _declared.GetValueOrDefault(place.Key, []).FirstOrDefault(static model => model.IsAny)?.Key ?? place.Key;

    private static string NamedKey(AdoptedServer place, string name) => $"{name}@{place.Key}";

    private static IEnumerable<ModelDraft> Drafts(AdoptedServer place) =>
    [
        new ModelDraft(place.Key, place.Provider, place.Url)
        {
            Name = ModelPlan.AnyName,
            Comment = [$"every model of {place.Container.ShownName}; only the gate reaches it"],
        },
        .. place.Served.Select(name => new ModelDraft(NamedKey(place, name), place.Provider, place.Url)
        {
            Name = name,
            Comment = [$"{place.Container.ShownName} serves it; only the gate reaches it"],
        }),
    ];

    private ImmutableArray<ModelPlan> Declared(AdoptedServer place)
        => [.. (_estate?.Models.Values ?? []).Where(model => place.IsAt(model.Url))
            .OrderBy(static model => model.Key, StringComparer.Ordinal)];

    private IEnumerable<ModelMove> Moves(AdoptedServer place)
        => _declared[place.Key].Select(model => new ModelMove(model.Key, place.Url + PathOf(model.Url)));

    private static string PathOf(UpstreamUrl url)
        => url.RootPath.Length == 0 && url.VersionPath == "/v1" ? "" : url.VersionPath;

    private IEnumerable<(JobDraft Draft, ImmutableArray<AdoptedServer> Models,
        ImmutableArray<string> Listens)> Callers()
    {
        foreach (var port in (_layout.Uplink?.Ports ?? []).DistinctBy(static port => port.Job))
        {
            // The engine may lead a port of the host to any network of the gate that has an uplink.
            ImmutableArray<string> listens = [_layout.Uplink!.Listen(port),
                .. _layout.Addresses.Select(taken => $"{taken.Address}:{port.Published.GatePort}")];
            yield return (Bare(port.Job) with
            {
                Comment =
                [
                    $"every caller of port {port.Published.HostPort} of this host, as "
                        + $"{port.Model.Container.ShownName} published it",
                ],
            }, [port.Model], listens);
        }
        foreach (var taken in _layout.Addresses)
        {
            yield return (Bare(taken.Job) with
            {
                Comment = [$"every caller of {taken.Model.Container.ShownName} by its address in {taken.Network}"],
            }, [taken.Model], [taken.Listen]);
        }
    }

    private static JobDraft DraftOf(AppPlace app, IReadOnlyDictionary<string, JobDraft> drafts)
    {
        if (app.Sharers.IsEmpty) return drafts.GetValueOrDefault(app.Job) ?? Bare(app.Job);
        return Bare(app.Job) with { Comment = [$"{string.Join(", ", app.Sharers)}, which share one network"] };
    }

    private static JobDraft Bare(string job) => new()
    {
        Key = job,
        Owner = "unknown",
        Models = [],
        Source = new SourceDraft(SourceKind.Prompt),
        Sink = "stdout",
    };

    private static IEnumerable<KeyValuePair<string, string>> Place(IReadOnlyList<string> listens) =>
    [
        new("mode", "observe"),
        new("listen", listens.Count == 1
            ? $"\"{listens[0]}\"" : $"[{string.Join(", ", listens.Select(one => $"\"{one}\""))}]"),
    ];
}

/// <summary>The estate of a host that had none before it was adopted, still without models and jobs.</summary>
public static class AdoptedEstate
{
    private const string InContainer = """
        gate: interfaces:8420       # with a token, on every network of the gate
          control: 127.0.0.1:8421     # inside the gate's container only
        """;

    private const string OnHost = """
        gate: 127.0.0.1:8420        # with a token, from this host
          control: 127.0.0.1:8421     # from this host
        """;

    /// <summary>
    /// Writes the text. It sets no limit on calls: apps that nobody asked must go on as they did. What one job may add
    /// to the disk is bounded, because a full ledger stops the server.
    /// </summary>
    /// <param name="name">Name of the estate.</param>
    /// <param name="node">Name of this machine. Written down, because a container's own name changes.</param>
    /// <param name="timeZone">IANA name of the zone in which schedules are meant.</param>
    /// <param name="isOnHost">Whether the gate runs on the host itself; else it runs in a container.</param>
    public static string Text(string name, string node, string timeZone, bool isOnHost = false) => $$"""
        # yaml-language-server: $schema=./{{EstateSchema.FileName}}
        #
        # What runs here: job -> model -> input source -> output sink. Written by `gatehouse adopt`.
        # The gate knows each job by the network on which it calls (listen:). All keys: docs/settings.md.
        # After a change: `gatehouse jobs` checks this file, `gatehouse reload` applies it.

        estate: {{EstateKeys.Version}}
        name: {{name}}
        node: {{node}}
        time-zone: {{timeZone}}

        listen:
          {{(isOnHost ? OnHost : InContainer)}}

        ledger:
          bytes-max: 10GiB            # when full, calls are refused: nothing unexpired is dropped
          keep: { inputs: 7d, outputs: 30d, logs: 90d }

        # Limits of every job that sets no others. Watch the jobs for a while, then set more: docs/estate.md.
        defaults:
          limits:
            bytes-per-day: 2GiB

        models: {}

        jobs: {}

        """;
}
