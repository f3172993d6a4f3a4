using System.Text.Json;
using Gatehouse.Actions;
using Gatehouse.Core.Estate;
using Gatehouse.Linux;
using Microsoft.AspNetCore.Http;

namespace Gatehouse.ControlRoom;

/// <summary>
/// Acts over a Unix socket: <c>POST /acts/NAME</c> with a flat JSON object of strings; the answer is lines of JSON, the
/// last of them <c>{"exit":0}</c> or <c>{"error":…,"exit":N}</c>. The kernel says who calls: the home's owner and root
/// may do everything, a job's own user may obtain tokens for that job.
/// </summary>
internal sealed class ActionSocket(ActionContext context)
{
    /// <summary>Arguments are a few names and texts.</summary>
    private const int RequestBytesMax = 64 * 1024;

    /// <summary>A job's user names its job, a few models and a command.</summary>
    private const int JobUserBytesMax = 4 * 1024;

    private const string Prefix = "/acts/";

    public async Task HandleAsync(HttpContext http)
    {
        http.Response.ContentType = "application/x-ndjson";
        var path = http.Request.Path.Value ?? "";
        var name = path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : "";
        var exit = ExitCodes.Done;
        string? error = null;
        Action? end = null;
        try
        {
            if (!HttpMethods.IsPost(http.Request.Method) || name.Length == 0)
                throw new ActionException($"Acts are asked for with POST {Prefix}NAME.", ExitCodes.Unusable);
            var peer = PeerCredentials.Of(http.Features) ?? throw new ActionException("Acts need a Unix socket.");
            var isOwner = peer.Uid == 0 || peer.Uid == UserNames.OwnUid;
            var arguments = await ReadAsync(http, isOwner ? RequestBytesMax : JobUserBytesMax);
            var actor = new Actor(peer.Uid, UserNames.NameOf(peer.Uid));
            if (!isOwner) (actor, end) = AuthoriseJobUser(actor, name, arguments);
            var call = new ActionCall(context, actor, arguments, line => WriteLineAsync(http, line))
            {
                Stop = http.RequestAborted,
            };
            await ActionRegistry.RunAsync(name, call);
        }
        catch (ActionException refused)
        {
            (error, exit) = (refused.Message, refused.ExitCode);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        finally
        {
            end?.Invoke();
        }
        await WriteLineAsync(http, ActionLine.End(exit, error));
    }

    /// <exception cref="ActionException">The user at the other end may not do this, or not now.</exception>
    private (Actor Actor, Action? End) AuthoriseJobUser(
        Actor actor, string name, Dictionary<string, string> arguments)
    {
        if (ActionRegistry.IsForJobUsers(name) && arguments.TryGetValue("job", out var job)
            && context.Plan().Jobs.TryGetValue(job, out var plan) && plan.RunAs is { } user && IsUser(user, actor.Uid))
        {
            return (actor with { IsJobUser = true }, context.BeginActOf(plan));
        }
        throw new ActionException(ActionRegistry.IsForJobUsers(name)
            ? $"User '{actor.Name}' may not have tokens for this job: its run-as: does not name this user."
            : $"User '{actor.Name}' may not do this; the home's owner and root may.");
    }

    private static bool IsUser(RunAs user, int uid)
        => user.Uid is { } number ? number == uid : user.UserName is { } name && UserNames.UidOf(name) == uid;

    private static async Task<Dictionary<string, string>> ReadAsync(HttpContext http, int bytesMax)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal);
        if (http.Request.ContentLength is 0) return arguments;
        // Half of what was asked for is never done: a body that is not read is an error.
        if (http.Request.ContentLength is not { } length || length > bytesMax)
        {
            throw new ActionException(
                $"The act's arguments need a Content-Length of at most {bytesMax} bytes.", ExitCodes.Unusable);
        }
        try
        {
            using var document = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            foreach (var member in document.RootElement.EnumerateObject())
                arguments[member.Name] = member.Value.GetString() ?? "";
            return arguments;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ActionException("The act's arguments are not a JSON object of strings.", ExitCodes.Unusable);
        }
    }

    private static async Task WriteLineAsync(HttpContext http, ReadOnlyMemory<byte> line)
    {
        await http.Response.BodyWriter.WriteAsync(line, http.RequestAborted);
        await http.Response.BodyWriter.WriteAsync("\n"u8.ToArray(), http.RequestAborted);
    }
}
