namespace Gatehouse.Core.Discovery;

/// <summary>What kind of thing a sight is of.</summary>
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
