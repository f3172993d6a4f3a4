using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Core.Estate;

/// <summary>Builds the jobs from their sections, resolves the names they use and compares them.</summary>
internal sealed class JobAssembly(JobAssembly.Context context, EstateProblems problems)
{
    // Names that a message searches for a near one; beyond it the search costs more than it helps.
    private const int CandidatesMax = 1000;

    /// <summary>Builds every job that is readable.</summary>
    public FrozenDictionary<string, JobPlan> BuildAll(ImmutableArray<KeyValuePair<string, SectionReader>> sections)
    {
        var jobs = new Dictionary<string, JobPlan>(sections.Length, StringComparer.Ordinal);
        var listeners = new JobListeners(context.Listeners);
        foreach (var (key, section) in sections)
        {
            var job = Build(key, section);
            if (job is null)
                continue;
            jobs.Add(key, job);
            if (!problems.IsFull)
                listeners.Claim(job, section);
            JobChecks.Run(job, section);
        }
        return jobs.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Reads the keys of a <c>limits</c> section; null gives no limits.</summary>
    public static JobLimits BuildLimits(SectionReader? limits) => limits is null ? JobLimits.None : new JobLimits
    {
        RequestsPerMinute = (int?)limits.GetOrNull(LimitKeys.RequestsPerMinute),
        TokensPerMinute = limits.GetOrNull(LimitKeys.TokensPerMinute),
        TokensPerDay = limits.GetOrNull(LimitKeys.TokensPerDay),
        Concurrent = (int?)limits.GetOrNull(LimitKeys.Concurrent),
        CostPerMonth = limits.GetOrNull(LimitKeys.CostPerMonth),
        BytesPerDay = limits.GetOrNull(LimitKeys.BytesPerDay),
    };

    private JobPlan? Build(string key, SectionReader section)
    {
        var models = Resolve(section);
        var source = section.Get(JobKeys.Source) is { } from ? SinkAssembly.BuildSource(from, context.Zones) : null;
        var sink = ResolveSink(section);
        var job = new JobPlan
        {
            Key = key,
            Owner = section.Get(JobKeys.Owner) ?? "",
            Models = models,
            ModelsByName = JobModelNames.Build(section, models),
            AnyModel = models.FirstOrDefault(model => model is { IsAny: true, NamePrefix: "" }),
            OpenModels = [.. models.Where(model => model.IsAny).OrderByDescending(model => model.NamePrefix.Length)],
            Trigger = BuildTrigger(section.Get(JobKeys.Trigger)),
            Source = source!,
            Sink = sink!,
            Stores = [.. section.Get(JobKeys.Stores).Select(BuildStore)],
            Pipeline = section.Get(JobKeys.Pipeline),
            Can = BuildCan(section.Get(JobKeys.Can)),
            Limits = BuildLimits(section.Get(LimitKeys.LimitsOfJob)).Over(context.Defaults.Limits),
            RunAs = section.Get(JobKeys.RunAs),
            Listen = section.Get(JobKeys.Listen),
            PassCredential = section.Get(JobKeys.PassCredential),
            Guard = ResolveGuard(section),
            Mode = section.Get(JobKeys.Mode),
            MayManageModels = section.Get(JobKeys.MayManageModels),
            Origins = section.Get(JobKeys.Origins).ToFrozenSet(StringComparer.Ordinal),
            Opaque = section.Get(JobKeys.Opaque).ToFrozenSet(StringComparer.Ordinal),
            ProviderTools = section.Get(JobKeys.ProviderTools).ToFrozenSet(StringComparer.Ordinal),
            BodyBytesMax = section.GetOrNull(LimitKeys.BodyBytesMax) ?? context.Defaults.BodyBytesMax,
            Window = section.GetOrNull(LimitKeys.Window) ?? context.Defaults.Window,
        };
        return source is null || sink is null ? null : job;
    }

    private ImmutableArray<ModelPlan> Resolve(SectionReader section)
    {
        var isShort = section.TryGet(JobKeys.Model, out var single);
        var names = isShort ? [single!] : section.Get(JobKeys.Models);
        var setting = isShort ? (SettingKey)JobKeys.Model : JobKeys.Models;
        var found = ImmutableArray.CreateBuilder<ModelPlan>();
        if (names.IsDefault || context.Models is null)
            return [];
        for (var i = 0; i < names.Length; i++)
        {
            if (!context.Models.TryGetValue(names[i], out var model))
            {
                section.ErrorAt(setting, i, $"there is no model {DisplayText.Quote(names[i])}",
                    "a key of `models`", Near(names[i], context.Models.Keys));
            }
            else if (names.AsSpan(0, i).Contains(names[i]))
            {
                section.ErrorAt(setting, i, $"the model {DisplayText.Quote(names[i])} is listed twice");
            }
            else if (model is not null)
            {
                found.Add(model);
            }
        }
        return found.DrainToImmutable();
    }

    private SinkPlan? ResolveSink(SectionReader section)
    {
        if (!section.TryGet(JobKeys.Sink, out var name))
            return null;
        if (!context.Sinks.TryGetValue(name, out var sink))
        {
            section.Error(JobKeys.Sink, $"there is no sink {DisplayText.Quote(name)}",
                "a key of `sinks`, or `stdout` or `none`", Near(name, context.Sinks.Keys));
        }
        return sink;
    }

    private GuardPlan? ResolveGuard(SectionReader section)
    {
        if (!section.TryGet(JobKeys.Guard, out var name))
            return null;
        if (!context.Guards.TryGetValue(name, out var guard))
        {
            section.Error(JobKeys.Guard, $"there is no guard {DisplayText.Quote(name)}", "a key of `guards`",
                Near(name, context.Guards.Keys));
        }
        return guard;
    }

    private string? Near(string name, IEnumerable<string> known) =>
        problems.IsFull ? null : NearestName.Find(name, known.Take(CandidatesMax));

    private static JobTrigger BuildTrigger(SectionReader? trigger)
    {
        if (trigger is null)
            return JobTrigger.Unknown;
        var schedule = trigger.Get(TriggerKeys.Cron);
        var webhook = trigger.Get(TriggerKeys.Webhook);
        var happening = trigger.Get(TriggerKeys.Event);
        var flags = (trigger.Get(TriggerKeys.Prompt), trigger.Get(TriggerKeys.Manual), trigger.Get(TriggerKeys.Always));
        if (schedule is not null)
            return new JobTrigger(TriggerKind.Cron, schedule);
        if ((webhook ?? happening) is { } detail)
        {
            var kind = webhook is null ? TriggerKind.Event : TriggerKind.Webhook;
            return new JobTrigger(kind, null, detail == "true" ? null : detail);
        }
        return flags switch
        {
            (true, _, _) => new JobTrigger(TriggerKind.Prompt),
            (_, true, _) => new JobTrigger(TriggerKind.Manual),
            (_, _, true) => new JobTrigger(TriggerKind.Always),
            _ => JobTrigger.Unknown,
        };
    }

    private static JobStore BuildStore(SectionReader store) => new(
        store.Get(JobKeys.What) ?? "", store.Get(JobKeys.StorePath) ?? "", store.GetOrNull(JobKeys.StoreKeep));

    private static JobAbilities BuildCan(SectionReader? can) => can is null ? JobAbilities.Unanswered : new JobAbilities
    {
        AlterData = can.Get(JobKeys.AlterData),
        SendExternally = can.Get(JobKeys.SendExternally),
        ReceiveFeedback = can.Get(JobKeys.ReceiveFeedback),
        ChangeItself = can.Get(JobKeys.ChangeItself),
    };

    /// <summary>What a job is checked against.</summary>
    /// <param name="Models">Models by key, null where unreadable; null as a whole when the section is missing.</param>
    /// <param name="Sinks">Sinks by key, null where unreadable.</param>
    /// <param name="Guards">Guards by key.</param>
    /// <param name="Defaults">What jobs inherit.</param>
    /// <param name="Zones">Which addresses are near.</param>
    /// <param name="Listeners">Addresses that are taken before any job.</param>
    internal sealed record Context(
        Dictionary<string, ModelPlan?>? Models,
        Dictionary<string, SinkPlan?> Sinks,
        Dictionary<string, GuardPlan> Guards,
        JobDefaults Defaults,
        NetworkZones Zones,
        ListenAddress[] Listeners);
}

/// <summary>Compares what a job declares with itself.</summary>
internal static class JobChecks
{
    public static void Run(JobPlan job, SectionReader section)
    {
        if (job.Can.SendExternally == YesNo.No && job.Sink.SendsExternally)
        {
            section.Get(JobKeys.Can)!.Error(JobKeys.SendExternally,
                $"says no, but its sink `{job.Sink.Key}` ({Words.Of(job.Sink.Kind)}) sends outside",
                "`true`, or a sink that stays in the local network");
        }
        if (job.MayManageModels && job.Can.ChangeItself == YesNo.No)
        {
            section.Get(JobKeys.Can)!.Warning(JobKeys.ChangeItself,
                "says no, but `may-manage-models` lets it replace the models that it runs on");
        }
        if (job.MayManageModels && !job.Models.Any(model => model.Provider == ModelProvider.Ollama))
            section.Warning(JobKeys.MayManageModels, "has no effect: none of the job's models is served by Ollama");
        if (job.PassCredential && job.Listen.IsEmpty)
        {
            section.Error(JobKeys.PassCredential, "only a caller on the job's own listener has a credential to pass on",
                "`listen` with an address of the job's own");
        }
        if (section.Has(LimitKeys.Window) && job.Trigger.Schedule is null)
            section.Warning(LimitKeys.Window, "has no effect without a cron trigger");
        if (section.Get(LimitKeys.LimitsOfJob) is { } limits && limits.Has(LimitKeys.CostPerMonth))
            WarnOfPrices(job, limits);
        foreach (var tool in job.ProviderTools.Order(StringComparer.Ordinal))
        {
            if (ProviderFeature.Find(tool) is null)
            {
                section.Warning(JobKeys.ProviderTools,
                    $"this version knows no provider tool {DisplayText.Quote(tool)}; "
                    + "a field of exactly this name passes");
            }
        }
    }

    // A model on this machine or in the local network costs no money per call, so nobody misses its price.
    private static void WarnOfPrices(JobPlan job, SectionReader limits)
    {
        foreach (var model in job.Models)
        {
            if (model.Zone == Zone.External && model.Price is null)
                limits.Warning(LimitKeys.CostPerMonth, $"calls to `{model.Key}` cost nothing here: `prices` lacks it");
        }
    }
}

/// <summary>Addresses that are taken: one that two jobs share could identify neither.</summary>
internal sealed class JobListeners
{
    private static readonly string[] Owners = ["the gate", "control"];

    private readonly List<(string Who, ListenAddress Address)> _taken = [];

    public JobListeners(ListenAddress[] shared)
    {
        foreach (var (who, address) in Owners.Zip(shared))
            _taken.Add((who, address));
    }

    /// <summary>Takes the addresses of a job, or reports who has one.</summary>
    public void Claim(JobPlan job, SectionReader section)
    {
        for (var i = 0; i < job.Listen.Length; i++)
            Claim(job.Key, section, i, job.Listen[i]);
    }

    private void Claim(string job, SectionReader section, int index, ListenAddress address)
    {
        if (address is ListenAddress.Tcp { EndPoint.Address: var ip }
            && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any)))
        {
            section.ErrorAt(JobKeys.Listen, index,
                $"`{address}` is every address of this machine, so calling it proves nothing",
                "one address of the job's own, such as `127.0.0.2:8420`");
            return;
        }
        foreach (var (who, taken) in _taken)
        {
            if (!taken.ConflictsWith(address))
                continue;
            section.ErrorAt(
                JobKeys.Listen, index, $"`{address}` is already taken by {who}", "an address of the job's own");
            return;
        }
        _taken.Add(($"job `{job}`", address));
    }
}

/// <summary>All names by which a job may call its models; a name that could mean two of them is a problem.</summary>
internal static class JobModelNames
{
    public static FrozenDictionary<string, ModelPlan> Build(SectionReader section, ImmutableArray<ModelPlan> models)
    {
        var byName = new Dictionary<string, ModelPlan>(StringComparer.Ordinal);
        CheckAny(section, models);
        foreach (var model in models.Where(model => !model.IsAny))
            Add(section, byName, model.Key, model);
        foreach (var model in models.Where(model => !model.IsAny))
        {
            Add(section, byName, model.UpstreamName, model);
            // Clients write the tag, the case and the registry or leave them, whatever the estate has.
            if (model.Provider == ModelProvider.Ollama)
                byName.TryAdd(OllamaName.Whole(model.UpstreamName), model);
        }
        return byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    // Of two that begin alike a name could mean a model of either; of `claude-*` and `*` the longer one wins.
    private static void CheckAny(SectionReader section, ImmutableArray<ModelPlan> models)
    {
        foreach (var alike in models.Where(model => model.IsAny).GroupBy(model => model.NamePrefix).Where(
            group => group.Count() > 1))
        {
            section.Error(JobKeys.Models,
                $"any name could mean a model of `{alike.First().Key}` or of `{alike.ElementAt(1).Key}`",
                $"one model with the name `{alike.Key}*`");
        }
    }

    private static void Add(SectionReader section, Dictionary<string, ModelPlan> byName, string name, ModelPlan model)
    {
        if (byName.TryAdd(name, model))
            return;
        var other = byName[name];
        // The same model declared twice, perhaps with another provider's dialect, cannot be mistaken for another.
        var isSame = other.Url == model.Url && other.UpstreamName == model.UpstreamName
            && other.Credential == model.Credential;
        if (!isSame)
        {
            section.Error(JobKeys.Models,
                $"the name {DisplayText.Quote(name)} could mean model `{other.Key}` or model `{model.Key}`",
                "models whose keys and upstream names differ within one job");
        }
    }
}
