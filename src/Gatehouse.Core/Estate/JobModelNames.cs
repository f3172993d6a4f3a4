using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Gatehouse.Core.Estate;

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
