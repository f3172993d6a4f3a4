using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Inspection;

/// <summary>One container under inspection, with what the rules ask of it more than once.</summary>
internal sealed class ContainerCase
{
    private const string ComposeFiles = "com.docker.compose.project.config_files";

    public ContainerCase(ContainerFacts container, InspectionScene scene)
    {
        (Container, Scene) = (container, scene);
        Owner = scene.View.NetworkOwner(container);
        Attachments = Owner is null ? [] : [.. AttachmentsOf(Owner, scene.View)];
        Subject = new FindingSubject(SubjectKind.Container, container.Name);
    }

    public ContainerFacts Container { get; }

    public InspectionScene Scene { get; }

    public PrivilegeFacts Privileges => Container.Privileges;

    public EngineFacts Engine => Scene.View.Engine;

    public FindingSubject Subject { get; }

    /// <summary>The container whose network it really uses; null when the chain leads nowhere.</summary>
    public ContainerFacts? Owner { get; }

    public bool IsSharing => Container.SharesNetworkOf is not null;

    /// <summary>The networks that it is really in.</summary>
    public ImmutableArray<Attachment> Attachments { get; }

    public bool IsGate => Scene.Gatehouse.Gates.Contains(Container.Id);

    /// <summary>Whether it ran once and is done, as a migration or a download.</summary>
    public bool IsFinished => Container is { HasEnded: true, IsRunning: false, IsRestarting: false }
        && Container.RestartPolicy is "" or "no" or "on-failure";

    /// <summary>
    /// Whether its calls to the gate may pass through this network: the gate is in it, or adoption made it. Taking the
    /// container out of it, or replacing the network, takes its calls off the gate.
    /// </summary>
    public bool LeadsToGate(Attachment place) => !IsGate
        && (place.Network?.Labels.ContainsKey(GateNetworks.AdoptionLabel) == true
            || Scene.Members(place.Name).Any(other => Scene.Gatehouse.Gates.Contains(other.Id)));

    /// <summary>Whether it may be taken out of a network: it keeps another one, and its calls to the gate.</summary>
    public bool MayLeave(Attachment place) => Attachments.Length > 1 && !LeadsToGate(place);

    /// <summary>Whether user root inside is another user outside.</summary>
    public bool HasMappedUsers => Engine.IsRootless
        || (Engine.HasUserNamespaces && Privileges.UserNamespaceMode != "host" && !Privileges.IsPrivileged);

    public bool HasSecurityOption(string name, string value) => Privileges.SecurityOptions.Any(option =>
        option.Length == name.Length + value.Length + 1
        && option.StartsWith(name, StringComparison.Ordinal) && option[name.Length] is '=' or ':'
        && option.EndsWith(value, StringComparison.Ordinal));

    public Finding Find(
        InspectionRule rule, string what, Remedy remedy, string key = "", Severity? severity = null)
        => new()
        {
            Rule = rule,
            Severity = severity ?? rule.Worst,
            Subject = Subject,
            What = what,
            Remedy = remedy,
            Key = key,
            File = Container.Labels.GetValueOrDefault(ComposeFiles)?.Split(',')[0],
        };

    private static IEnumerable<Attachment> AttachmentsOf(ContainerFacts owner, EngineView view)
    {
        // A container that never ran may list no endpoint yet: what was asked for is all there is.
        if (owner.Endpoints.IsEmpty && !owner.IsRunning)
        {
            var asked = owner.NetworkMode is "default" or "" ? "bridge" : owner.NetworkMode;
            return [new Attachment(asked, view.Network(asked))];
        }
        return owner.Endpoints.Select(endpoint => new Attachment(
            endpoint.Network, view.Network(endpoint.NetworkId) ?? view.Network(endpoint.Network)));
    }
}

/// <summary>A container's place in a network, with what the engine says of that network.</summary>
/// <param name="Name">The network's name.</param>
/// <param name="Network">The network; null when the engine lists none of that name.</param>
internal sealed record Attachment(string Name, NetworkFacts? Network)
{
    private const string Isolated = "isolated";

    /// <summary>The driver; for a network that is gone, what its name says.</summary>
    public string Driver => Network?.Driver ?? Name switch { "host" => "host", "none" => "null", _ => "unknown" };

    public bool IsNone => Driver == "null";

    public bool IsHost => Driver == "host";

    public bool IsBridge => Driver == "bridge";

    /// <summary>Whether it is a bridge that leads to the outside.</summary>
    public bool IsOpenBridge => IsBridge && Network is { IsInternal: false };

    public bool IsInternalBridge => IsBridge && Network is { IsInternal: true };

    /// <summary>
    /// The engine's own first network: it has no names and everything that names no network lands in it.
    /// </summary>
    public bool IsDefaultBridge => IsBridge && Name == "bridge";

    /// <summary>
    /// Whether the host has an address in it, by which a member reaches the host's services. Measured: an internal
    /// network closes the path to the outside, not the path to the host.
    /// </summary>
    public bool ShowsHost => IsBridge && (ShowsHost4 || ShowsHost6);

    private bool ShowsHost4 => Option("com.docker.network.bridge.gateway_mode_ipv4") != Isolated
        && Option("com.docker.network.bridge.inhibit_ipv4") != "true";

    private bool ShowsHost6 => Network is { HasIpv6: true }
        && Option("com.docker.network.bridge.gateway_mode_ipv6") != Isolated;

    /// <summary>Whether members may talk to each other.</summary>
    public bool LetsPeersTalk => Option("com.docker.network.bridge.enable_icc") != "false";

    private string Option(string name) => Network?.Options.GetValueOrDefault(name) ?? "";
}
