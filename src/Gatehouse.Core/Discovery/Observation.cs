using System.Collections.Immutable;
using Gatehouse.Core.Engine;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// What was read in one place of this host and may be an AI job or a model server, before it is classified. Every
/// reader of a format makes observations; one classifier turns them into discovered items.
/// </summary>
public sealed record Observation
{
    /// <summary>What kind of place it is.</summary>
    public required ObservationKind Kind { get; init; }

    /// <summary>Where it was seen, as <c>container open-webui</c> or <c>/etc/cron.d/news:3</c>.</summary>
    public required string Place { get; init; }

    /// <summary>The name that people use for it; the proposed job's name is made from it.</summary>
    public required string Name { get; init; }

    /// <summary>The system user it runs as; null when that could not be determined.</summary>
    public string? User { get; init; }

    /// <summary>What starts it; null when that could not be determined.</summary>
    public TriggerKind? Trigger { get; init; }

    /// <summary>
    /// Five cron fields or a macro, where a schedule starts it; null when there is none that cron can say.
    /// </summary>
    public string? Cron { get; init; }

    /// <summary>
    /// Names that only this candidate has, as <c>container web</c>, <c>compose shop/web</c> or
    /// <c>unit news.service</c>: two observations that share one are of the same candidate.
    /// </summary>
    public ImmutableArray<ObservationIdentity> Identities { get; init; } = [];

    /// <summary>The software that it is known to be; null when it is not.</summary>
    public KnownSoftware? Software { get; init; }

    /// <summary>Its places in networks, where that was seen.</summary>
    public ImmutableArray<ObservationEndpoint> Endpoints { get; init; } = [];

    /// <summary>Ports that it publishes on the host.</summary>
    public ImmutableArray<PortFact> Ports { get; init; } = [];

    /// <summary>Ports on which it listens, where it is.</summary>
    public ImmutableArray<int> ListeningPorts { get; init; } = [];

    /// <summary>What it sees of the host.</summary>
    public ImmutableArray<MountFact> Mounts { get; init; } = [];

    /// <summary>
    /// Variables that it has only because one file or one block of them is given to everything: they say nothing of
    /// it.
    /// </summary>
    public ImmutableArray<string> SharedVariables { get; init; } = [];

    /// <summary>The variables with which it runs; none holds the value of a secret.</summary>
    public ImmutableArray<EnvironmentFact> Variables { get; init; } = [];

    /// <summary>
    /// The name under which neighbours reach it, where it stands in the network of another container; null when that
    /// is its own.
    /// </summary>
    public string? NetworkName { get; init; }

    /// <summary>Whether it uses the host's own network.</summary>
    public bool IsOnHostNetwork { get; init; }

    /// <summary>Whether it was running when it was seen.</summary>
    public bool IsRunning { get; init; }

    /// <summary>What was read, in the order in which it was read.</summary>
    public required ImmutableArray<Evidence> Evidence { get; init; }
}

/// <summary>What an observation is of.</summary>
public enum ObservationKind
{
    /// <summary>A container of the engine, running or stopped.</summary>
    Container,

    /// <summary>A service of a Compose file.</summary>
    ComposeService,

    /// <summary>A container that systemd runs: a quadlet of Podman, or a service with <c>docker run</c>.</summary>
    ContainerUnit,

    /// <summary>A line of a crontab, or a script in a cron folder.</summary>
    CronLine,

    /// <summary>A systemd service, with its timer where it has one.</summary>
    Unit,

    /// <summary>A running process that belongs to none of the others.</summary>
    Process,

    /// <summary>An n8n workflow or a Node-RED flow.</summary>
    Flow,

    /// <summary>A Home Assistant automation, script or conversation agent.</summary>
    Automation,

    /// <summary>A configured receiver of webhooks.</summary>
    Webhook,
}

/// <summary>A place in one network of the engine.</summary>
/// <param name="Network">The network's name in the engine.</param>
/// <param name="Names">Names and addresses by which neighbours reach it there.</param>
public sealed record ObservationEndpoint(string Network, ImmutableArray<string> Names);

/// <summary>What one reader made of one text: observations, or why there are none.</summary>
/// <param name="Observations">What was seen; empty when there is nothing of interest.</param>
/// <param name="Problem">What was wrong with the text, in words, without any of its values; null when nothing
/// was.</param>
public sealed record ObservationReading(ImmutableArray<Observation> Observations, string? Problem)
{
    /// <summary>Nothing was seen and nothing was wrong.</summary>
    public static ObservationReading Nothing { get; } = new([], null);

    /// <summary>A text that could not be read.</summary>
    /// <param name="problem">What was wrong with it, in words.</param>
    public static ObservationReading Broken(string problem) => new([], problem);
}

/// <summary>Everything that was observed on a host, for the classifier.</summary>
public sealed record HostObservations
{
    /// <summary>Observations of every kind; several may be of the same candidate.</summary>
    public required ImmutableArray<Observation> Observations { get; init; }

    /// <summary>Open connections to ports on which models may be served.</summary>
    public ImmutableArray<OpenConnection> Connections { get; init; } = [];

    /// <summary>What the user declares; null when there is no estate yet.</summary>
    public EstatePlan? Estate { get; init; }
}

/// <summary>An open TCP connection to a port on which models may be served.</summary>
/// <param name="Identity">Whose it is.</param>
/// <param name="Who">The name to show.</param>
/// <param name="Address">The other end's address.</param>
/// <param name="Port">The other end's port.</param>
public sealed record OpenConnection(ObservationIdentity Identity, string Who, string Address, int Port);
