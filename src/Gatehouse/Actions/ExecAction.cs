using System.Buffers.Binary;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Gatehouse.Core.Estate;

namespace Gatehouse.Actions;

/// <summary>
/// The token of one <c>gatehouse exec</c>: it lives as long as the connection that asked for it and is held in memory
/// only, so that neither a kill -9 of the command nor one of the gate leaves it behind.
/// </summary>
internal static class ExecAction
{
    public static async Task RunAsync(ActionCall call)
    {
        if (call.Context.InFlight is null)
        {
            throw new ActionException("No gate runs on this home. Start it with: gatehouse serve",
                ExitCodes.Unavailable);
        }
        var (token, hash, grant) = TokenActions.Create(call, boundToConnection: true);
        // The command runs on this host: Ollama's clients, which only know a URL, may carry the token in it.
        grant = grant with { InUrl = true, From = OwnAddresses(call.Context.Plan().Gate) };
        var details = TokenActions.Details(grant);
        if (call.Argument("command") is { } command) details["command"] = Printable(command);
        await call.Context.RecordAsync(call.Actor, "exec.start", details);
        call.Context.Tokens.Add(hash, grant);
        try
        {
            await call.WriteAsync(json =>
            {
                json.WriteString("token", token);
                json.WriteString("id", grant.Id);
                json.WriteString("job", grant.Job);
                json.WriteString("gate", call.Context.GateAddress);
                json.WriteStartArray("secret-variables");
                foreach (var name in SecretVariables(call.Context)) json.WriteStringValue(name);
                json.WriteEndArray();
            });
            await Task.Delay(Timeout.InfiniteTimeSpan, call.Context.Time, call.Stop)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            call.Context.Tokens.Remove(hash);
            call.Context.InFlight.CutToken(grant.Id);
            await call.Context.RecordAsync(call.Actor, "exec.end",
                new Dictionary<string, string> { ["token"] = grant.Id, ["job"] = grant.Job });
        }
    }

    private static IPNetwork[] OwnAddresses(ListenAddress gate)
    {
        var loopback =
            new[] { new IPNetwork(IPAddress.Parse("127.0.0.0"), 8), new IPNetwork(IPAddress.IPv6Loopback, 128) };
        return gate is ListenAddress.Tcp { EndPoint.Address: var own } && !IPAddress.IsLoopback(own)
            ? [.. loopback, new IPNetwork(own, own.GetAddressBytes().Length * 8)]
            : File.Exists(InContainer) ? [.. loopback, .. HostAddresses()] : loopback;
    }

    /// <summary>Docker and Podman's Docker mode put it into every container.</summary>
    private const string InContainer = "/.dockerenv";

    /// <summary>
    /// The addresses by which the host of this container calls: the first one of each bridge's network, which Docker
    /// gives to the host. Neighbours have others.
    /// </summary>
    private static IEnumerable<IPNetwork> HostAddresses()
    {
        foreach (var card in NetworkInterface.GetAllNetworkInterfaces())
        {
            foreach (var own in card.GetIPProperties().UnicastAddresses)
            {
                if (own.Address.AddressFamily != AddressFamily.InterNetwork || IPAddress.IsLoopback(own.Address))
                    continue;
                var address = BinaryPrimitives.ReadUInt32BigEndian(own.Address.GetAddressBytes());
                var first = (address & (uint.MaxValue << (32 - own.PrefixLength))) + 1;
                yield return new IPNetwork(new IPAddress(BinaryPrimitives.ReverseEndianness(first)), 32);
            }
        }
    }

    /// <summary>The name comes from the job's user: it must not draw on the screens of those who read it.</summary>
    private static string Printable(string command)
        => new([.. command.Take(80).Select(character => character is >= ' ' and <= '~' ? character : '?')]);

    /// <summary>The variables that credentials are read from: a job's command must not inherit them.</summary>
    private static IEnumerable<string> SecretVariables(ActionContext context)
        => context.Plan().Models.Values.Select(model => model.Credential)
            .Concat(context.Plan().Sinks.Values.Select(sink => sink.Credential))
            .OfType<CredentialReference.Env>()
            .Select(env => env.Variable)
            .Distinct();
}
