using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

/// <summary>Builds the jobs from their sections, resolves the names they use and compares them.</summary>
internal sealed class JobAssembly(JobAssembly.House house, EstateProblems problems)
{
    // Names that a message searches for a near one; beyond it the search costs more than it helps.
    private const int CandidatesMax = 1000;

    /// <summary>Builds every job that is readable.</summary>
    public FrozenDictionary<string, JobPlan> BuildAll(ImmutableArray<KeyValuePair<string, SectionReader>> sections)
    {
        var jobs = new Dictionary<string, JobPlan>(sections.Length, StringComparer.Ordinal);
        var listeners = new JobListeners(house.Listeners);
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
        var source = section.Get(JobKeys.Source) is { } from ? SinkAssembly.BuildSource(from, house.Zones) : null;
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
            Limits = BuildLimits(section.Get(LimitKeys.LimitsOfJob)).Over(house.Defaults.Limits),
            RunAs = section.Get(JobKeys.RunAs),
            Listen = section.Get(JobKeys.Listen),
            PassCredential = section.Get(JobKeys.PassCredential),
            Mode = section.Get(JobKeys.Mode),
            MayManageModels = section.Get(JobKeys.MayManageModels),
            Origins = section.Get(JobKeys.Origins).ToFrozenSet(StringComparer.Ordinal),
            Opaque = section.Get(JobKeys.Opaque).ToFrozenSet(StringComparer.Ordinal),
            ProviderTools = section.Get(JobKeys.ProviderTools).ToFrozenSet(StringComparer.Ordinal),
            BodyBytesMax = section.GetOrNull(LimitKeys.BodyBytesMax) ?? house.Defaults.BodyBytesMax,
            Window = section.GetOrNull(LimitKeys.Window) ?? house.Defaults.Window,
        };
        return source is null || sink is null ? null : job;
    }

    private ImmutableArray<ModelPlan> Resolve(SectionReader section)
    {
        var isShort = section.TryGet(JobKeys.Model, out var single);
        var names = isShort ? [single!] : section.Get(JobKeys.Models);
        var setting = isShort ? (SettingKey)JobKeys.Model : JobKeys.Models;
        var found = ImmutableArray.CreateBuilder<ModelPlan>();
        if (names.IsDefault || house.Models is null)
            return [];
        for (var i = 0; i < names.Length; i++)
        {
            if (!house.Models.TryGetValue(names[i], out var model))
            {
                section.ErrorAt(setting, i, $"there is no model {DisplayText.Quote(names[i])}",
                    "a key of `models`", Near(names[i], house.Models.Keys));
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
        if (!house.Sinks.TryGetValue(name, out var sink))
        {
            section.Error(JobKeys.Sink, $"there is no sink {DisplayText.Quote(name)}",
                "a key of `sinks`, or `stdout` or `none`", Near(name, house.Sinks.Keys));
        }
        return sink;
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

    /// <summary>What jobs are judged against.</summary>
    /// <param name="Models">Models by key, null where unreadable; null as a whole when the section is missing.</param>
    /// <param name="Sinks">Sinks by key, null where unreadable.</param>
    /// <param name="Defaults">What jobs inherit.</param>
    /// <param name="Zones">Which addresses are near.</param>
    /// <param name="Listeners">Addresses that are taken before any job.</param>
    internal sealed record House(
        Dictionary<string, ModelPlan?>? Models,
        Dictionary<string, SinkPlan?> Sinks,
        JobDefaults Defaults,
        NetworkZones Zones,
        ListenAddress[] Listeners);
}
