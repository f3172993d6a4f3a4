namespace Gatehouse.Core.Compose;

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
