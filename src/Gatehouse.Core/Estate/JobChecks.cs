using Gatehouse.Core.Traffic;

namespace Gatehouse.Core.Estate;

/// <summary>Compares what a job declares with itself.</summary>
internal static class JobChecks
{
    public static void Run(JobPlan job, SectionReader section)
    {
        if (job.Can.SendExternally == YesNo.No && job.Sink.SendsExternally)
        {
            section.Get(JobKeys.Can)!.Error(JobKeys.SendExternally,
                $"says no, but its sink `{job.Sink.Key}` ({Words.Of(job.Sink.Kind)}) sends outside",
                "`true`, or a sink that stays in the house");
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

    // A model on this machine or in the house costs no money per call, so nobody misses its price.
    private static void WarnOfPrices(JobPlan job, SectionReader limits)
    {
        foreach (var model in job.Models)
        {
            if (model.Zone == Zone.External && model.Price is null)
                limits.Warning(LimitKeys.CostPerMonth, $"calls to `{model.Key}` cost nothing here: `prices` lacks it");
        }
    }
}
