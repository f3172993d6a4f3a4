namespace Gatehouse.Core.Compose;

/// <summary>Makes one document of a project's files: variables, extends, overrides, includes.</summary>
internal sealed class ComposeLoader(ComposeFileSet files, ComposeProblems problems)
{
    private const int IncludeDepthMax = 8; // Includes within includes; people write one.

    /// <summary>Sections whose entries an include brings along.</summary>
    private static readonly string[] Sections = ["services", "networks", "volumes", "configs", "secrets", "models"];

    private readonly Stack<string> _including = new();

    /// <summary>Loads files, the later ones over the earlier.</summary>
    /// <param name="paths">Absolute paths.</param>
    /// <param name="directory">The directory to which relative paths belong.</param>
    /// <param name="variables">Variables to put in.</param>
    /// <returns>The document; null when no file could be used.</returns>
    public ComposeNode.Mapping? Load(IEnumerable<string> paths, string directory, ComposeVariables variables)
    {
        var extends = new ExtendsChain(files, variables, problems);
        ComposeNode.Mapping? model = null;
        foreach (var path in paths)
        {
            foreach (var parsed in files.Documents(new ComposeSource(path, directory)) ?? [])
            {
                var shaped = ComposeShape.Of(ComposeInterpolation.Apply(parsed, variables, problems), problems);
                var complete = extends.Complete(shaped, model);
                model = model is null ? ComposeMerge.Alone(complete) : ComposeMerge.Merge(model, complete);
            }
        }
        return model is null ? null : Include(model, variables);
    }

    private ComposeNode.Mapping Include(ComposeNode.Mapping model, ComposeVariables variables)
    {
        if (model["include"] is not ComposeNode.Sequence includes) return model;
        foreach (var include in includes.Items)
        {
            var paths = Texts(include.Text is null ? (include as ComposeNode.Mapping)?["path"] : include).ToArray();
            if (paths.Length == 0 || paths.Any(ComposePath.IsRemote))
            {
                problems.Add(include, paths.Length == 0 ? "`include` names no file"
                    : "`include` names a file elsewhere, which is not fetched");
                continue;
            }
            model = Include(model, include, [.. paths.Select(path => ComposePath.Join(include.Source.Directory, path))],
                variables);
        }
        return model;
    }

    private ComposeNode.Mapping Include(
        ComposeNode.Mapping model, ComposeNode include, string[] paths, ComposeVariables variables)
    {
        if (_including.Contains(paths[0]) || _including.Count == IncludeDepthMax)
        {
            problems.Add(include, _including.Contains(paths[0]) ? "`include` goes in a circle"
                : $"`include` goes deeper than {IncludeDepthMax} files");
            return model;
        }
        var map = include as ComposeNode.Mapping;
        var directory = map?["project_directory"]?.Text is { } said
            ? ComposePath.Join(include.Source.Directory, said) : ComposePath.DirectoryOf(paths[0]);
        var own = new Dictionary<string, string>(StringComparer.Ordinal);
        var named = Texts(map?["env_file"]).Select(path => ComposePath.Join(include.Source.Directory, path));
        foreach (var path in named.DefaultIfEmpty(ComposePath.Join(directory, ".env")))
        {
            foreach (var (name, value) in files.Variables(path, variables.Find)) own[name] = value;
        }
        _including.Push(paths[0]);
        var other = Load(paths, directory, new ComposeVariables(variables, own));
        _including.Pop();
        return other is null
            ? model : Sections.Aggregate(model, (now, section) => Import(now, other, section, include));
    }

    private ComposeNode.Mapping Import(
        ComposeNode.Mapping model, ComposeNode.Mapping other, string section, ComposeNode include)
    {
        if (other[section] is not ComposeNode.Mapping fresh) return model;
        var entries = (model[section] as ComposeNode.Mapping)?.Entries.ToList() ?? [];
        var known = entries.Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in fresh.Entries)
        {
            if (known.Add(entry.Key)) entries.Add(entry);
            else if (section == "services" && !IsSamePlace(model, entry)) Tell(entry.Key);
        }
        return model.With(section, new ComposeNode.Mapping(fresh.Source, fresh.Line, entries));

        void Tell(string service)
            => problems.Add(include, $"`include` brings the service {ComposeShape.Shown(service)} a second time");
    }

    /// <summary>Whether a service came along twice from the same file: two includes may share a third.</summary>
    private static bool IsSamePlace(ComposeNode.Mapping model, KeyValuePair<string, ComposeNode> service)
        => (model["services"] as ComposeNode.Mapping)?[service.Key] is { } known
            && known.Source.File == service.Value.Source.File && known.Line == service.Value.Line;

    private static IEnumerable<string> Texts(ComposeNode? node) => node switch
    {
        ComposeNode.Sequence list => list.Items.Select(item => item.Text).OfType<string>(),
        { Text: { } text } => [text],
        _ => [],
    };
}
