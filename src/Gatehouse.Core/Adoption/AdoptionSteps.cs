using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// One thing that adoption does, with all that undoing it needs. Steps are written to the journal before they are
/// done; each can be done again and undone again without harm, because a crash may fall at any point.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(WriteFileStep), "write-file")]
[JsonDerivedType(typeof(OwnHomeStep), "own-home")]
[JsonDerivedType(typeof(LoadImageStep), "load-image")]
[JsonDerivedType(typeof(CreateNetworkStep), "create-network")]
[JsonDerivedType(typeof(CreateGateStep), "create-gate")]
[JsonDerivedType(typeof(StartGateStep), "start-gate")]
[JsonDerivedType(typeof(StartContainerStep), "start-container")]
[JsonDerivedType(typeof(JoinNetworkStep), "join-network")]
[JsonDerivedType(typeof(LeaveNetworkStep), "leave-network")]
[JsonDerivedType(typeof(TakeAddressStep), "take-address")]
[JsonDerivedType(typeof(CutConnectionsStep), "cut-connections")]
[JsonDerivedType(typeof(GreetGateStep), "greet-gate")]
[JsonDerivedType(typeof(RunCommandStep), "run-command")]
[JsonDerivedType(typeof(VerifyJobStep), "verify-job")]
public abstract record AdoptionStep
{
    /// <summary>
    /// What is done, in words for the person who is asked, as <c>open-webui joins gatehouse-app-x</c>.
    /// </summary>
    [JsonIgnore]
    public abstract string Says { get; }
}

/// <summary>Makes the gate's container, without starting it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Image">Its image.</param>
/// <param name="Home">The home on the host, mounted as <c>/data</c>.</param>
/// <param name="Uid">The user that it runs as.</param>
/// <param name="FirstNetwork">The network that it is made in.</param>
public sealed record CreateGateStep(string Name, string Image, string Home, int Uid, EndpointSpec FirstNetwork)
    : AdoptionStep
{
    /// <summary>Ports of the host that it takes over from model servers.</summary>
    public ImmutableArray<PublishedPort> Ports { get; init; } = [];

    /// <inheritdoc/>
    public override string Says => $"make the gate's container {Name} ({Image}), in {FirstNetwork.Network}";
}

/// <summary>Makes a network.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Subnet">Its range, as <c>10.214.0.0/28</c>.</param>
/// <param name="Range">The part from which the engine hands out addresses; the gate's own lies outside of it.</param>
/// <param name="IsInternal">Whether it has no uplink.</param>
/// <param name="Options">Options of the bridge driver.</param>
public sealed record CreateNetworkStep(
    string Name, string Subnet, string Range, bool IsInternal, ImmutableSortedDictionary<string, string> Options)
    : AdoptionStep
{
    /// <summary>Labels beside that of the adoption.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <inheritdoc/>
    public override string Says => $"make the network {Name} ({Subnet}{(IsInternal ? ", internal" : "")})";
}

/// <summary>
/// Ends a container's open connections to addresses that nobody answers on any more. Without it a client that keeps
/// connections would wait for minutes until its kernel gives up.
/// </summary>
/// <param name="Container">The container.</param>
/// <param name="Addresses">The addresses at the other end.</param>
public sealed record CutConnectionsStep(ContainerName Container, ImmutableArray<string> Addresses) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"{Container} drops its old connections to {string.Join(", ", Addresses)}";
}

/// <summary>
/// Sends one packet from a container that has just come into a network to the gate there. A gate that called it in the
/// meantime asked for its hardware address, got no answer, and its kernel asks again only after a second; the one
/// that sends first tells its own address and ends that wait.
/// </summary>
/// <param name="Container">The container that came.</param>
/// <param name="Gate">The gate's address in that network.</param>
public sealed record GreetGateStep(ContainerName Container, string Gate) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"{Container} shows itself to the gate at {Gate}";
}

/// <summary>Starts a container that could not start where it stood.</summary>
/// <param name="Container">The container.</param>
public sealed record StartContainerStep(ContainerName Container) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"start {Container}";
}

/// <summary>Connects a container to a network; undone, it leaves it again.</summary>
/// <param name="Container">The container.</param>
/// <param name="Endpoint">How it joins.</param>
public sealed record JoinNetworkStep(ContainerName Container, EndpointSpec Endpoint) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => Endpoint.Aliases.Length == 0
        ? $"{Container} joins {Endpoint.Network}"
        : $"{Container} joins {Endpoint.Network}, as {string.Join(", ", Endpoint.Aliases)}";
}

/// <summary>Takes a container out of a network; undone, it is there again as before.</summary>
/// <param name="Container">The container.</param>
/// <param name="Before">How it stood there.</param>
public sealed record LeaveNetworkStep(ContainerName Container, EndpointSpec Before) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"{Container} leaves {Before.Network}";
}

/// <summary>Loads the gate's image into the engine.</summary>
/// <param name="Image">Its name and tag.</param>
/// <param name="File">The archive.</param>
public sealed record LoadImageStep(string Image, string File) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"load the image {Image} from {File}";
}

/// <summary>Makes the home the gate's own, so that a gate that is not root can write there.</summary>
/// <param name="Path">The home.</param>
/// <param name="Uid">The user that the gate runs as.</param>
/// <param name="UidBefore">Its owner before; null when there was no home.</param>
public sealed record OwnHomeStep(string Path, int Uid, int? UidBefore) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"{(UidBefore is null ? "make" : "hand over")} the home {Path} (owner: uid {Uid})";
}

/// <summary>Runs a program of the host, such as systemctl.</summary>
/// <param name="Command">Program and arguments.</param>
/// <param name="UndoCommand">What undoes it; empty when nothing has to be run.</param>
public sealed record RunCommandStep(ImmutableArray<string> Command, ImmutableArray<string> UndoCommand) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => string.Join(' ', Command);
}

/// <summary>Starts the gate's container and waits until the gate is ready.</summary>
/// <param name="Name">Its name.</param>
public sealed record StartGateStep(string Name) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"start {Name} and wait until it is ready";
}

/// <summary>
/// Connects the gate to a network under the address that a model server had there; undone, it leaves it again.
/// </summary>
/// <param name="Gate">The gate's container.</param>
/// <param name="Network">The network.</param>
/// <param name="Address">The address.</param>
public sealed record TakeAddressStep(ContainerName Gate, string Network, string Address) : AdoptionStep
{
    /// <inheritdoc/>
    public override string Says => $"{Gate} joins {Network}, at {Address}";
}

/// <summary>
/// Calls from inside a job's network namespace: the model's name leads to the gate, the gate answers and knows the
/// job, and the model itself cannot be reached.
/// </summary>
/// <param name="Job">The job that the gate must name.</param>
/// <param name="Container">The container from inside which is called; null for the host itself.</param>
/// <param name="Calls">What is called.</param>
public sealed record VerifyJobStep(string Job, ContainerName? Container, ImmutableArray<ProbeCall> Calls) : AdoptionStep
{
    /// <summary>Addresses of the model server at which nobody may answer, as <c>172.18.0.2:11434</c>.</summary>
    public ImmutableArray<string> Unreachable { get; init; } = [];

    /// <summary>Addresses that are not behind the gate and have to answer as before.</summary>
    public ImmutableArray<string> Reachable { get; init; } = [];

    /// <summary>
    /// Whether the container ended by itself before, so that it may not run just now: it is not tried then.
    /// </summary>
    public bool MayBeDown { get; init; }

    /// <inheritdoc/>
    public override string Says
        => $"call {string.Join(" and ", Calls.Select(static call => call.Authority).Concat(Reachable))} "
        + $"from inside {Container?.Name ?? "this host"}";
}

/// <summary>
/// Writes a file; undone, the file has its old bytes, mode and owner again, or is gone if it was not there.
/// </summary>
/// <param name="Path">Absolute path.</param>
/// <param name="After">The new bytes.</param>
/// <param name="Before">The old file; null when there was none.</param>
/// <param name="What">What the file is, in words.</param>
public sealed record WriteFileStep(string Path, byte[] After, OriginalFile? Before, string What) : AdoptionStep
{
    /// <summary>The owner of a new file; null for the user that runs this.</summary>
    public int? Owner { get; init; }

    /// <summary>
    /// The home of a running gate that reads the file again when it changed, and again when it is restored; null where
    /// no gate needs to.
    /// </summary>
    public string? Reloads { get; init; }

    /// <summary>
    /// Whether its folder was not there before either: undoing removes it when nothing else lies in it.
    /// </summary>
    public bool IsFolderNew { get; init; }

    /// <inheritdoc/>
    public override string Says => $"{(Before is null ? "write" : "change")} {Path} ({What})";
}

/// <summary>A file as it was.</summary>
/// <param name="Bytes">Its content.</param>
/// <param name="Mode">Its permission bits, as in chmod(1).</param>
/// <param name="Uid">Its owner.</param>
/// <param name="Gid">Its group.</param>
public sealed record OriginalFile(byte[] Bytes, int Mode, int Uid, int Gid);

/// <summary>How the gate runs.</summary>
/// <param name="Name">Its container's name.</param>
/// <param name="Image">Its image.</param>
/// <param name="Home">The home on the host.</param>
/// <param name="Uid">The user that it runs as.</param>
public sealed record GateSpec(string Name, string Image, string Home, int Uid)
{
    /// <summary>The archive from which the image is loaded first; null when the engine has it.</summary>
    public string? ImageFile { get; init; }

    /// <summary>The home's owner now; null when there is no home.</summary>
    public int? HomeUidBefore { get; init; }
}
