using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;
using Gatehouse.Docker;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>Looks at host and engine and works out an adoption; changes nothing.</summary>
internal sealed class AdoptionPlanner(EngineClient engine, EngineView view, AdoptionRequest asked)
{
    private readonly List<string> _notes = [];

    /// <param name="subjects">What discovery found.</param>
    /// <param name="standing">The steps of adoptions that are in place, oldest first; empty for the first one.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="AdoptionException">It cannot be worked out; the message says why and what to do.</exception>
    public async Task<AdoptionProposal> PlanAsync(
        AdoptionSubjects subjects, ImmutableArray<AdoptionStep> standing, CancellationToken stop)
    {
        if (!standing.IsEmpty) return PlanMore(subjects, standing);
        var home = new EstateOfHome(asked);
        var estate = home.Read(isOnHost: false);
        var layout = await LayoutAsync(subjects, estate.Text, estate.Plan);
        if (layout.Models.Length == 0 || layout.Jobs.Length == 0)
            return new AdoptionProposal(layout, [], [.. layout.Notes, .. _notes]);
        var draft = DraftOf(layout, subjects, estate.Plan);
        var (files, lastFiles) =
            (ImmutableArray.Create(home.Step(estate.Text, estate.Before, draft)), ComposeSteps(
                [
                    .. layout.Models.Select(static model => model.Container),
                    .. layout.Apps.SelectMany(static app => app.Containers),
                ], layout));
        var wish = new GateSpec(AdoptionRequest.GateName, asked.Image, asked.Home, home.Uid)
        {
            HomeUidBefore = home.UidBefore,
            ImageFile = await MissingImageAsync(stop),
        };
        var steps = AdoptionStepList.Of(layout, wish, files, lastFiles);
        return new AdoptionProposal(layout, steps, [.. layout.Notes, .. _notes]);
    }

    /// <summary>
    /// The layout. A server that does not tell its models, and that a job uses beside another, is left where it is: the
    /// gate could not tell their calls apart, and the rest is adopted all the same.
    /// </summary>
    private async Task<AdoptionLayout> LayoutAsync(AdoptionSubjects subjects, string text, EstatePlan? plan)
    {
        // A model behind a name that is not this host's needs a network that leads outside.
        var needsUplink = plan?.Models.Values.Any(static model => model.Zone == Zone.External) == true;
        var servers = subjects.Servers.ToList();
        while (true)
        {
            var layout = new LayoutPlanner(view, PoolApart(), KeysOf(text)) { HostAddresses = OwnAddresses() }
                .Plan(servers, subjects.Apps, needsUplink);
            if (new EstateOfLayout(layout, plan).Silent() is not { } silent) return await TriedAsync(layout);
            servers.RemoveAll(server => server.Container.Id == silent.Container.Id);
            var name = silent.Container.ShownName;
            _notes.Add($"{name} does not tell the names of its models, by which the gate would tell its calls from "
                + "those for another server. It stays where it is, past the gate. See that it runs and answers GET "
                + "/v1/models, then adopt again.");
        }
    }

    /// <summary>Callers by address that do not reach the model now are not tried later.</summary>
    private static async Task<AdoptionLayout> TriedAsync(AdoptionLayout layout)
    {
        var taken = layout.Addresses.ToList();
        for (var index = 0; index < taken.Count; index++)
        {
            var callers = new List<ContainerFacts>();
            foreach (var caller in taken[index].Callers)
                if (await ReachesAsync(caller, taken[index].Listen)) callers.Add(caller);
            taken[index] = taken[index] with { Callers = [.. callers] };
        }
        var ports = new List<PortCaller>();
        foreach (var one in layout.PortCallers)
        {
            var reaches = one.Caller is { } caller
                && await ReachesAsync(caller, $"{one.Address}:{one.Port.Published.HostPort}");
            ports.Add(reaches ? one : one with { Caller = null });
        }
        var kept = new List<Bypass>();
        foreach (var path in layout.Bypasses)
        {
            var reaches = path is { From: { } from, Address.Length: > 0 } && await ReachesAsync(from, path.Address);
            kept.Add(reaches ? path : path with { From = null });
        }
        return layout with { Addresses = [.. taken], PortCallers = [.. ports], Bypasses = [.. kept] };
    }

    private static async Task<bool> ReachesAsync(ContainerFacts container, string address)
    {
        if (container.ProcessId <= 0 || !IPEndPoint.TryParse(address, out var place)) return false;
        try
        {
            return await NetworkNamespace.RunAsync(
                container.ProcessId, () => InsideProbe.Connect(place, ConnectPatience)) == SocketError.Success;
        }
        catch (Exception error) when (error is IOException or SocketException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(1);

    private static ImmutableHashSet<string> OwnAddresses()
        => [.. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(static one => one.GetIPProperties().UnicastAddresses)
            .Select(static one => one.Address.ToString())];

    /// <summary>Adds apps to an adoption that is in place: the gate runs, and nothing moves.</summary>
    private AdoptionProposal PlanMore(AdoptionSubjects subjects, ImmutableArray<AdoptionStep> before)
    {
        var home = new EstateOfHome(asked);
        var estate = home.Read(isOnHost: false);
        if (estate.Plan is not { } plan)
        {
            throw new AdoptionException(
                $"An adoption is in place, and its estate is not in {asked.Home}: name it by --home.");
        }
        var standing = ExistingLayout.Of(view, before, AdoptionRequest.GateName, plan);
        if (standing.Fault is { } fault) throw new AdoptionException(fault);
        var layout = new LayoutPlanner(view, PoolApart(), KeysOf(estate.Text), standing)
        { HostAddresses = OwnAddresses() }
            .Plan([.. subjects.Servers.Where(
                server => standing.Models.All(one => one.Container.Id != server.Container.Id))],
                subjects.Apps, needsUplink: false) with
        { Uplink = null };
        if (layout.Apps.Length == 0) return new AdoptionProposal(layout, [], layout.Notes);
        var step = home.Step(estate.Text, estate.Before, DraftOf(layout, subjects, plan), isServed: true);
        ImmutableArray<WriteFileStep> files = step.After.AsSpan().SequenceEqual(step.Before!.Bytes) ? [] : [step];
        var whole = layout with
        {
            Models = standing.Models,
            Apps = [.. layout.Apps, .. standing.Apps.Where(app => layout.Apps.All(one => one.Job != app.Job))],
        };
        var projects = layout.Apps.SelectMany(static app => app.Containers).ToArray();
        return new AdoptionProposal(
            layout, AdoptionStepList.Joining(layout, AdoptionRequest.GateName, files, ComposeSteps(projects, whole)),
            [.. layout.Notes, .. _notes]);
    }

    private EstateDraft DraftOf(AdoptionLayout layout, AdoptionSubjects subjects, EstatePlan? plan)
    {
        foreach (var app in layout.Apps)
        {
            if (plan?.Jobs.GetValueOrDefault(app.Job) is not { Listen.Length: > 0 } job) continue;
            var has = job.Listen.Select(static address => address.ToString()).ToArray();
            if (app.Listens.All(has.Contains)) continue;
            throw new AdoptionException(
                $"The job {app.Job} has addresses of its own in the estate already (listen: {string.Join(", ", has)}). "
                + "Take that line out, then adopt again.");
        }
        var entries = new EstateOfLayout(layout, plan);
        if (entries.Silent() is { } silent)
        {
            throw new AdoptionException(
                $"{silent.Container.ShownName} does not tell the names of its models, by which the gate would tell "
                + "its calls from those for another server. See that it runs and answers GET /v1/models, then adopt "
                + "again.");
        }
        _notes.AddRange(entries.Notes());
        return entries.Draft(subjects.Drafts, subjects.Sinks);
    }

    private SubnetPool PoolApart() => new(HostRoutes.Read().Concat(view.Networks
        .SelectMany(static network => network.Subnets)
        .Select(static text => IPNetwork.TryParse(text, out var range) ? range : (IPNetwork?)null)
        .OfType<IPNetwork>()));

    private static ImmutableHashSet<string> KeysOf(string text)
        => EstateReader.Read(text, "gatehouse.yaml").Plan is { } plan
            ? [.. plan.Models.Keys, .. plan.Models.Values.Select(static model => model.UpstreamName)] : [];

    private static bool IsOurs(string path) => AdoptedFile.Look(path) is { } file
        && file.Bytes.AsSpan().StartsWith(Encoding.UTF8.GetBytes(ComposeOverride.Header));

    private async Task<string?> MissingImageAsync(CancellationToken stop)
    {
        if (await GateContainer.HasImageAsync(engine, asked.Image, stop)) return null;
        return asked.ImageFile ?? throw new AdoptionException(
            $"The engine has no image {asked.Image}. Load it: docker load -i gatehouse-image.tar.gz (it comes with the "
            + "program; ./build image makes it), or name it with --image-file FILE.");
    }

    private ImmutableArray<WriteFileStep> ComposeSteps(
        IReadOnlyCollection<ContainerFacts> containers, AdoptionLayout layout)
    {
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
                + "cannot say what the adoption did. It lasts until `docker-compose up` recreates a container: "
                + "then run "
                + "`gatehouse adopt --undo` and `gatehouse adopt` again.");
            return [];
        }
        if (!Path.IsPathFullyQualified(folder) || !Directory.Exists(folder))
        {
            _notes.Add(
                $"The files of the Compose project {project} are not on this host (they were in '{folder}'), so no "
                + "override is written: recreating it takes the adoption back.");
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
        // A project that was made anew since an adoption has that adoption's file among its own.
        if (Array.Find(files, IsOurs) is { } ours)
        {
            steps.Add(new WriteFileStep(ours, Encoding.UTF8.GetBytes(text), AdoptedFile.Look(ours),
                $"Compose override of {project}"));
            return steps;
        }
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
