using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Adoption;

/// <summary>The estate of a house that had none before it was adopted, still without models and jobs.</summary>
public static class AdoptedEstate
{
    private const string InContainer = """
        gate: interfaces:8420       # with a token, on every network of the gate
          control: 127.0.0.1:8421     # inside the gate's container only
        """;

    private const string OnHost = """
        gate: 127.0.0.1:8420        # with a token, from this host
          control: 127.0.0.1:8421     # from this host
        """;

    /// <summary>
    /// Writes the text. It sets no limit on calls: apps that nobody asked must go on as they did. What one job may add
    /// to the disk is bounded, because a full ledger stops the house.
    /// </summary>
    /// <param name="name">Name of the estate.</param>
    /// <param name="node">Name of this machine. Written down, because a container's own name changes.</param>
    /// <param name="timeZone">IANA name of the zone in which schedules are meant.</param>
    /// <param name="isOnHost">Whether the gate runs on the host itself; else it runs in a container.</param>
    public static string Text(string name, string node, string timeZone, bool isOnHost = false) => $$"""
        # yaml-language-server: $schema=./{{EstateSchema.FileName}}
        #
        # What runs in this house: job -> model -> input source -> output sink. Written by `gatehouse adopt`.
        # The gate knows each job by the network on which it calls (listen:). All keys: docs/settings.md.
        # After a change: `gatehouse jobs` checks this file, `gatehouse reload` applies it.

        estate: {{EstateKeys.Version}}
        name: {{name}}
        node: {{node}}
        time-zone: {{timeZone}}

        listen:
          {{(isOnHost ? OnHost : InContainer)}}

        ledger:
          bytes-max: 10GiB            # when full, calls are refused: nothing unexpired is dropped
          keep: { inputs: 7d, outputs: 30d, logs: 90d }

        # Limits of every job that sets no others. Watch the jobs for a while, then set more: docs/estate.md.
        defaults:
          limits:
            bytes-per-day: 2GiB

        models: {}

        jobs: {}

        """;
}
