using System.Collections.Frozen;

namespace Gatehouse.Core.Estate;

/// <summary>Builds one model from its section.</summary>
internal static class ModelAssembly
{
    /// <summary>Reads every key.</summary>
    /// <returns>The model, or null when its address is unreadable.</returns>
    public static ModelPlan? Build(
        string key, SectionReader section, NetworkZones zones, FrozenDictionary<string, ModelPrice> prices)
    {
        var provider = section.Get(ModelKeys.Provider);
        var name = section.Get(ModelKeys.Name) ?? key;
        var credential = CredentialNotes.Read(section, ModelKeys.Credential);
        var streamUsage = section.Get(ModelKeys.StreamUsage);
        var isRemote = section.Get(ModelKeys.Remote) == ModelKeys.Allowed;
        var timeouts = BuildTimeouts(section.Get(ModelKeys.Timeouts));
        if (!section.TryGet(ModelKeys.Url, out var url))
            return null;
        var star = name.IndexOf('*', StringComparison.Ordinal);
        if (star >= 0 && star < name.Length - 1)
        {
            section.Error(ModelKeys.Name, "a star stands for the end of a name", "a name such as `claude-*`");
        }
        else if (star == 0 && provider == ModelProvider.Anthropic)
        {
            section.Error(ModelKeys.Name, "this provider's models are named, or by the beginning of their names",
                "a name such as `claude-*`");
        }
        var zone = url.ZoneIn(zones);
        if (!isRemote && zone != Zone.External && OllamaName.IsCloud(name))
        {
            section.Warning(ModelKeys.Name, "Ollama runs models of such a name at ollama.com, so every call to it is "
                + "refused: choose a model that the server has, or write `remote: allowed`");
        }
        if (zone == Zone.External && url.Scheme == UpstreamScheme.Http)
            section.Warning(ModelKeys.Url, "prompts and answers go to an external host without encryption: use https");
        return new ModelPlan
        {
            Key = key,
            Provider = provider,
            Url = url,
            UpstreamName = name,
            IsAny = star >= 0,
            NamePrefix = star > 0 ? name[..star] : "",
            Credential = credential,
            Price = prices.GetValueOrDefault(key) ?? prices.GetValueOrDefault(name),
            StreamUsage = streamUsage,
            // What a local server may hand on leaves the network.
            Zone = isRemote ? Zone.External : zone,
            Timeouts = timeouts,
        };
    }

    private static ModelTimeouts BuildTimeouts(SectionReader? section) => section is null
        ? ModelTimeouts.Default
        : new ModelTimeouts(
            section.Get(ModelKeys.Connect), section.Get(ModelKeys.FirstByte), section.Get(ModelKeys.Silence));
}

/// <summary>Builds sinks and sources, whose keys depend on their kind.</summary>
internal static class SinkAssembly
{
    /// <summary>Reads every key.</summary>
    /// <returns>The sink, or null when its kind is unreadable.</returns>
    public static SinkPlan? BuildSink(string key, SectionReader section, NetworkZones zones)
    {
        var isKind = section.TryGet(SinkKeys.Kind, out var kind);
        var url = section.Get(SinkKeys.Url);
        var path = section.Get(SinkKeys.Path);
        var to = section.Get(SinkKeys.To);
        var topic = section.Get(SinkKeys.Topic);
        var credential = CredentialNotes.Read(section, SinkKeys.Credential);
        if (!isKind)
            return null;
        SinkKeys.RuleOf(kind).Check(section, Words.Of(kind), SinkKeys.Depending, url);
        // Discord puts the secret into the path of a webhook URL; anyone who reads it can post.
        if (url is not null && url.AbsolutePath.Contains("/webhooks/", StringComparison.OrdinalIgnoreCase))
        {
            section.Error(SinkKeys.Url, "a webhook URL is itself a secret (its value is not shown)",
                "no `url`, and `credential:` with a reference to it");
        }
        return new SinkPlan
        {
            Key = key,
            Kind = kind,
            Url = url,
            Path = path,
            To = to,
            Topic = topic,
            Credential = credential,
            Zone = kind is SinkKind.File or SinkKind.Stdout or SinkKind.None ? Zone.Host
                : url is null ? Zone.External : zones.ClassifyHost(url.Host),
        };
    }

    /// <summary>Reads every key.</summary>
    /// <returns>The source, or null when its kind is unreadable.</returns>
    public static SourcePlan? BuildSource(SectionReader section, NetworkZones zones)
    {
        var isKind = section.TryGet(SourceKeys.Kind, out var kind);
        var url = section.Get(SourceKeys.Url);
        var path = section.Get(SourceKeys.Path);
        var topic = section.Get(SourceKeys.Topic);
        var credential = CredentialNotes.Read(section, SourceKeys.Credential);
        if (!isKind)
            return null;
        SourceKeys.RuleOf(kind).Check(section, Words.Of(kind), SourceKeys.Depending, url);
        return new SourcePlan
        {
            Kind = kind,
            Url = url,
            Path = path,
            Topic = topic,
            Credential = credential,
            Zone = kind is SourceKind.File or SourceKind.Prompt ? Zone.Host
                : url is not null ? zones.ClassifyHost(url.Host) : null,
        };
    }
}
