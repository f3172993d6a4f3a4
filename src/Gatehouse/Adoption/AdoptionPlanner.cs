using System.Collections.Immutable;
using System.Net;
using System.Text;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Docker;

namespace Gatehouse.Adoption;

/// <summary>Looks at host and engine and works out an adoption; changes nothing.</summary>
internal sealed class AdoptionPlanner(EngineClient engine, EngineView view, AdoptionAsked asked)
{
    private readonly List<string> _notes = [];

    /// <exception cref="AdoptionException">It cannot be worked out; the message says why and what to do.</exception>
    public async Task<AdoptionProposal> PlanAsync(AdoptionSubjects subjects, CancellationToken stop)
    {
        var home = new EstateOfHome(asked);
        var estate = home.Read(isOnHost: false);
        // A model behind a name that is not this house's needs the network with a way out.
        var needsWayOut = estate.Plan?.Models.Values.Any(static model => model.Zone == Zone.External) == true;
        var taken = HostRoutes.Read().Concat(view.Networks.SelectMany(static network => network.Subnets)
            .Select(static text => IPNetwork.TryParse(text, out var range) ? range : (IPNetwork?)null)
                .OfType<IPNetwork>());
        var layout = new LayoutPlanner(view, new SubnetPool(taken), KeysOf(estate.Text))
            .Plan(subjects.Servers, subjects.Apps, needsWayOut);
        if (layout.Models.Length == 0 || layout.Apps.Length + (layout.House?.Ports.Length ?? 0) == 0)
            return new AdoptionProposal(layout, [], layout.Notes);
        var draft = EstateOfLayout.Draft(layout, subjects.Drafts, subjects.Sinks);
        var (files, lastFiles) =
            (ImmutableArray.Create(home.Step(estate.Text, estate.Before, draft)), ComposeSteps(layout));
        var wish = new GateWish(AdoptionAsked.GateName, asked.Image, asked.Home, home.Uid)
        {
            HomeUidBefore = home.UidBefore,
            ImageFile = await MissingImageAsync(stop),
        };
        var steps = StepList.Of(layout, wish, files, lastFiles);
        return new AdoptionProposal(layout, steps, [.. layout.Notes, .. _notes]);
    }

    private static ImmutableHashSet<string> KeysOf(string text)
        => EstateReader.Read(text, "gatehouse.yaml").Plan is { } plan
            ? [.. plan.Models.Keys, .. plan.Models.Values.Select(static model => model.UpstreamName)] : [];

    private async Task<string?> MissingImageAsync(CancellationToken stop)
    {
        if (await GateContainer.HasImageAsync(engine, asked.Image, stop)) return null;
        return asked.ImageFile ?? throw new AdoptionException(
            $"The engine has no image {asked.Image}. Load it: docker load -i gatehouse-image.tar.gz (it comes with the "
            + "program; ./build image makes it), or name it with --image-file FILE.");
    }

    private ImmutableArray<WriteFileStep> ComposeSteps(AdoptionLayout layout)
    {
        var containers = layout.Models.Select(static model => model.Container)
            .Concat(layout.Apps.SelectMany(static app => app.Containers));
        var projects = containers.Where(static one => one.ComposeProject is not null)
            .DistinctBy(static one => one.ComposeProject)
                .OrderBy(static one => one.ComposeProject, StringComparer.Ordinal);
        return [.. projects.SelectMany(container => ComposeSteps(container, layout))];
    }

    private List<WriteFileStep> ComposeSteps(ContainerFacts container, AdoptionLayout layout)
    {
        var project = container.ComposeProject!;
        var folder = container.Labels.GetValueOrDefault("com.docker.compose.project.working_dir") ?? "";
        if (!Version.TryParse(container.Labels.GetValueOrDefault("com.docker.compose.version"), out var version)
            || version < ComposeOverride.Oldest)
        {
            _notes.Add(
                $"The Compose project {project} was made by a Compose older than {ComposeOverride.Oldest}, which "
                + "cannot say what the adoption did. It lasts until `docker-compose up` makes a container anew: "
                + "then run "
                + "`gatehouse adopt --undo` and `gatehouse adopt` again.");
            return [];
        }
        if (!Path.IsPathFullyQualified(folder) || !Directory.Exists(folder))
        {
            _notes.Add(
                $"The files of the Compose project {project} are not on this host (they were in '{folder}'), so no "
                + "override is written: making it anew takes the adoption back.");
            return [];
        }
        return ComposeSteps(project, folder, container, layout);
    }

    private List<WriteFileStep> ComposeSteps(
        string project, string folder, ContainerFacts container, AdoptionLayout layout)
    {
        var steps = new List<WriteFileStep>();
        if (ComposeOverride.Text(project, layout, view) is not { } text) return steps;
        var files = container.Labels.GetValueOrDefault("com.docker.compose.project.config_files", "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(file => Path.GetFullPath(file, folder)).ToArray();
        var environmentPath = Path.Combine(folder, ".env");
        var environment = AdoptedFile.Look(environmentPath);
        var change = ComposeChange.Of(
            folder, files, environment is null ? null : Encoding.UTF8.GetString(environment.Bytes));
        if (change.Note is { } note) _notes.Add(note);
        steps.Add(new WriteFileStep(change.Path, Encoding.UTF8.GetBytes(text), AdoptedFile.Look(change.Path),
            $"Compose override of {project}"));
        if (change.EnvironmentText is { } variables)
        {
            steps.Add(new WriteFileStep(
                environmentPath, Encoding.UTF8.GetBytes(variables), environment, $"names the override of {project}"));
        }
        return steps;
    }
}
