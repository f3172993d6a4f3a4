namespace Gatehouse.Core.Estate;

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
