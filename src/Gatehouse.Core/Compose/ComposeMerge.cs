namespace Gatehouse.Core.Compose;

/// <summary>
/// Lays one document over another by the rules of the Compose Specification: mappings grow, lists grow, single values
/// are replaced, and some keys have rules of their own. Both documents have gone through <see cref="ComposeShape"/>.
/// </summary>
internal static class ComposeMerge
{
    /// <summary>Keys of a service whose list is replaced whole.</summary>
    private static readonly string[] Replaced = ["command", "entrypoint", "test"];

    /// <summary>Keys of a service whose items are known by where they end up inside.</summary>
    private static readonly string[] ByTarget = ["volumes", "secrets", "configs", "devices"];

    /// <summary>A document without what its own tags take out.</summary>
    public static ComposeNode.Mapping Alone(ComposeNode.Mapping document)
        => new(document.Source, document.Line, [.. document.Entries
            .Where(entry => entry.Value.Tag != ComposeTag.Reset)
            .Select(entry => new KeyValuePair<string, ComposeNode>(
                entry.Key, entry.Value is ComposeNode.Mapping inner ? Alone(inner) : entry.Value))]);

    /// <summary>Lays <paramref name="over"/> over <paramref name="under"/>.</summary>
    public static ComposeNode.Mapping Merge(ComposeNode.Mapping under, ComposeNode.Mapping over)
    {
        var entries = new Dictionary<string, ComposeNode>(StringComparer.Ordinal);
        foreach (var (key, value) in under.Entries) entries[key] = value;
        foreach (var (key, value) in over.Entries)
        {
            if (value.Tag == ComposeTag.Reset) entries.Remove(key);
            else if (entries.TryGetValue(key, out var old)) entries[key] = Merge(key, old, value);
            else entries[key] = value is ComposeNode.Mapping inner ? Alone(inner) : value;
        }
        return new ComposeNode.Mapping(over.Source, under.Line, [.. entries]);
    }

    private static ComposeNode Merge(string key, ComposeNode under, ComposeNode over) => (under, over) switch
    {
        _ when over.Tag == ComposeTag.Override => over.WithTag(ComposeTag.None),
        (_, ComposeNode.Scalar { IsNull: true }) when under is not ComposeNode.Scalar => under,
        (ComposeNode.Mapping a, ComposeNode.Mapping b) => Merge(a, b),
        (ComposeNode.Sequence a, ComposeNode.Sequence b) when !Replaced.Contains(key) => Append(key, a, b),
        _ => over,
    };

    private static ComposeNode.Sequence Append(string key, ComposeNode.Sequence under, ComposeNode.Sequence over)
    {
        var items = new List<ComposeNode>();
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var item in under.Items.Concat(over.Items))
        {
            var identity = Identity(key, item);
            if (identity is not null && !places.TryAdd(identity, items.Count)) items[places[identity]] = item;
            else items.Add(item);
        }
        return new ComposeNode.Sequence(over.Source, under.Line, items);
    }

    /// <summary>What makes two items of a list the same one; null for those that are never the same.</summary>
    private static string? Identity(string key, ComposeNode item)
    {
        if (item is not ComposeNode.Mapping map)
        {
            if (item.Text is not { } text) return null;
            return key is "volumes" or "devices" ? VolumeText.TargetOf(text) : text;
        }
        if (ByTarget.Contains(key)) return map["target"]?.Text ?? map["source"]?.Text;
        return key == "ports"
            ? $"{map["host_ip"]?.Text}:{map["published"]?.Text}:{map["target"]?.Text}/{map["protocol"]?.Text}" : null;
    }
}

/// <summary>Follows <c>extends</c>: a service lies over the one that it extends, in the same file or another.</summary>
internal sealed class ExtendsChain(ComposeFileSet files, ComposeVariables variables, ComposeProblems problems)
{
    private const int LengthMax = 20; // Services of one chain; people write two.

    private readonly Dictionary<string, ComposeNode.Mapping?> _others = new(StringComparer.Ordinal);

    /// <summary>The document with every service complete.</summary>
    /// <param name="document">The document.</param>
    /// <param name="under">The documents below it, whose services it may extend too; null when there are none.</param>
    public ComposeNode.Mapping Complete(ComposeNode.Mapping document, ComposeNode.Mapping? under)
    {
        if (document["services"] is not ComposeNode.Mapping services) return document;
        var below = under?["services"] as ComposeNode.Mapping;
        var complete = services.Entries.Select(entry => new KeyValuePair<string, ComposeNode>(
            entry.Key,
            Service((ComposeNode.Mapping)entry.Value, new Place(services, below),
            [(services.Source.File, entry.Key)])));
        return document.With("services",
            new ComposeNode.Mapping(services.Source, services.Line, [.. complete], services.Tag));
    }

    private ComposeNode.Mapping Service(
        ComposeNode.Mapping service, Place place, List<(string File, string Name)> chain)
    {
        if (service["extends"] is not { } extends || extends.Tag == ComposeTag.Reset) return service;
        var own = service.With("extends", null);
        var said = extends as ComposeNode.Mapping;
        if ((extends.Text ?? said?["service"]?.Text) is not { } name)
        {
            problems.Add(extends, "`extends` names no service");
            return own;
        }
        var there = said?["file"]?.Text is { } file ? Other(file, extends) : place;
        if (there is null) return own;
        var step = (there.Services.Source.File, name);
        if (chain.Contains(step) || chain.Count == LengthMax)
        {
            problems.Add(extends, chain.Contains(step) ? $"`extends` goes in a circle at {ComposeShape.Shown(name)}"
                : $"`extends` goes over more than {LengthMax} services");
            return own;
        }
        if (there.Find(name) is not { } found)
        {
            problems.Add(extends, $"`extends` names the service {ComposeShape.Shown(name)}, which is not there");
            return own;
        }
        return ComposeMerge.Merge(ComposeMerge.Alone(Service(found, there, [.. chain, step])), own);
    }

    private Place? Other(string file, ComposeNode at)
    {
        if (ComposePath.IsRemote(file))
        {
            problems.Add(at, "`extends` names a file elsewhere, which is not fetched");
            return null;
        }
        var path = ComposePath.Join(at.Source.Directory, file);
        if (!_others.TryGetValue(path, out var services))
        {
            var documents = files.Documents(new ComposeSource(path, ComposePath.DirectoryOf(path)));
            var document = documents is [var first, ..] ? first : null;
            services = document is null ? null : ComposeShape.Of(
                ComposeInterpolation.Apply(document, variables, problems), problems)["services"] as ComposeNode.Mapping;
            _others[path] = services;
        }
        return services is null ? null : new Place(services, null);
    }

    /// <summary>Where the services that can be extended stand.</summary>
    private sealed record Place(ComposeNode.Mapping Services, ComposeNode.Mapping? Below)
    {
        public ComposeNode.Mapping? Find(string name) => (Services[name] ?? Below?[name]) as ComposeNode.Mapping;
    }
}
