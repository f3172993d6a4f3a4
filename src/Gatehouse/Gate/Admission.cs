using System.Text;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;
using Gatehouse.Gate.Upstream;
using Gatehouse.Storage;

namespace Gatehouse.Gate;

/// <summary>
/// Steps 3 and 4 of a call: which route, whether this caller may use it, the body read once, the model it names, and
/// what it asks of the provider. Every refusal names what would allow the call.
/// </summary>
internal sealed class Admission(GateParts parts)
{
    private readonly BodyReader _bodies = new(parts.DecoderRoom);

    /// <summary>What can be said before the body: the route, the token's scope, a pause.</summary>
    public Refusal? CheckRoute(GateCall call)
    {
        var request = call.Request;
        call.Route = RouteTable.Match(request.Method, call.Path, request.Headers.Contains("anthropic-version"));
        if (call.Route is null) return NoRoute(call);
        call.Dialect = call.Route.Dialect;
        if (CheckScope(call) is { } refusal) return refusal;
        return parts.Pauses.For(call.Caller.Job.Key) is { } pause ? Paused(call.Caller.Job.Key, pause) : null;
    }

    /// <summary>Reads the body once and checks it.</summary>
    public Task<Refusal?> CheckBodyAsync(GateCall call) => ReadAndCheckBodyAsync(call);

    public static Refusal Paused(string job, StoredPause pause) => new(RefusalKind.Paused,
        $"{(pause.Job == PauseBook.AllJobs ? "All jobs are" : $"Job '{job}' is")} paused by {pause.Who} since "
            + $"{pause.Since:yyyy-MM-dd HH:mm} UTC{(pause.Why.Length > 0 ? $": {pause.Why}" : "")}. Resume with: "
            + $"gatehouse resume {(pause.Job == PauseBook.AllJobs ? "--all" : job)}", null);

    private static Refusal NoRoute(GateCall call)
    {
        if (RouteTable.AllowedMethods(call.Path) is not { } allowed)
            return new Refusal(RefusalKind.RouteUnknown, "The gate has no such route.", null);
        if (IsWebSocket(call))
        {
            // RFC 9110 §15.5.22: a 426 names the protocol that there is. Codex falls back to HTTP at once on a 426, and
            // after seven more tries on anything else (read off its calls, release 0.171).
            call.Answer.Set("Upgrade", "HTTP/1.1");
            return new Refusal(RefusalKind.WebSocket,
                $"The gate speaks HTTP here, and no WebSocket. Send a {allowed} to this path.");
        }
        // RFC 9110 §15.5.6: a 405 names the methods that there are.
        call.Answer.Set("Allow", allowed);
        return new Refusal(RefusalKind.MethodNotAllowed,
            $"This path does not take {call.Request.Method}, but {allowed}.", null);
    }

    private static bool IsWebSocket(GateCall call)
        => call.Request.Method.Equals("GET", StringComparison.OrdinalIgnoreCase)
            && call.Request.Headers.Single("Upgrade") is { } asked
            && asked.Contains("websocket", StringComparison.OrdinalIgnoreCase);

    private static Refusal? CheckScope(GateCall call)
    {
        var (route, job) = (call.Route!, call.Caller.Job);
        if (call.Caller.Token is { Endpoints.Count: > 0 } token && !token.Endpoints.Contains(route.Scope)
            && route.Scope != EndpointScope.Models)
        {
            return new Refusal(RefusalKind.EndpointOutOfScope,
                $"This token of job '{job.Key}' may not use {route.Name}. It is for: "
                    + $"{string.Join(", ", token.Endpoints.Select(EndpointScopeNames.NameOf))}.", null);
        }
        if (route.Kind == RouteKind.Manage && !job.MayManageModels)
        {
            return new Refusal(RefusalKind.ModelManagement,
                $"Job '{job.Key}' may not pull, change or delete models (may-manage-models).", null);
        }
        if (route.Kind == RouteKind.Opaque && !job.Opaque.Contains(route.OpaqueName!))
        {
            return new Refusal(RefusalKind.RouteUnknown,
                $"The gate cannot inspect {route.Name}, so it exists only for jobs that list it under opaque:.", null);
        }
        return null;
    }

    private async Task<Refusal?> ReadAndCheckBodyAsync(GateCall call)
    {
        var (route, job) = (call.Route!, call.Caller.Job);
        if (await _bodies.ReadAsync(call, job.BodyBytesMax, call.Ended) is { } unreadable) return unreadable;
        if (route.Kind == RouteKind.Manage) return CheckManaged(call);
        if (route.Kind == RouteKind.Opaque) return await CheckOpaqueAsync(call);
        if (!route.ModelInBody) return PickUpstream(call);
        var inspection = call.Inspection = RequestInspector.Inspect(
            call.Body.Received.Span, route, IsWatched(call), RouteTable.DeploymentIn(call.Path) is not null);
        if (inspection.Refusal is { } malformed) return malformed;
        var refusal = ProviderTool(inspection.ProviderFeatures, job) ?? FindModel(call, inspection.Model);
        if (refusal is not null) return refusal;
        // A question for a description carries no prompt, so the name is enough.
        refusal = route.Kind == RouteKind.Show
            ? RemoteModels.CheckNames(call.Model!, [("model", call.Model!.UpstreamName)])
            : await parts.RemoteModels.CheckAsync(call.Model!, call.Ended);
        return refusal ?? Splice(call, inspection);
    }

    private static Refusal? ProviderTool(IEnumerable<string> features, JobPlan job)
    {
        foreach (var tool in features)
        {
            if (job.ProviderTools.Contains(tool)) continue;
            var what = ProviderFeature.Find(tool) is { } known
                ? $"The call uses '{tool}': {known.Description}. "
                    + "What a provider does by itself does not pass the gate. "
                : $"The call has '{tool}', which the gate does not know, and which may name something outside of it. ";
            return new Refusal(RefusalKind.ProviderTool,
                what
                    + $"To allow it, add {tool} to provider-tools: of job '{job.Key}'.", null)
            {
                Unsupported = tool == ProviderFeature.Conversation ? "thread" : null,
            };
        }
        return null;
    }

    /// <summary>
    /// A model is named by its estate key or its upstream name, and has to be this job's and this token's. Where the
    /// path names one too, the body's is not asked for, and is replaced.
    /// </summary>
    private static Refusal? FindModel(GateCall call, string name)
    {
        var job = call.Caller.Job;
        name = RouteTable.DeploymentIn(call.Path) ?? name;
        var model = job.ModelFor(name, call.Plan.Prices, model => Speaks(model, call.Route!));
        if (model is null || !TokenAllows(call, model))
        {
            return new Refusal(RefusalKind.ModelUnknown,
                $"model '{name}' not found: job '{job.Key}' may use {Names(call)}.", null);
        }
        if (!Speaks(model, call.Route!))
        {
            return new Refusal(RefusalKind.ModelUnknown,
                $"model '{name}' not found here: its provider ({model.Provider}) does not speak {call.Route!.Name}.",
                null);
        }
        call.Attempt = new UpstreamAttempt(model, call.Body);
        return model is { IsAny: true, Provider: ModelProvider.OpenAI } && SearchingModels.Has(name)
            ? ProviderTool([ProviderFeature.SearchingModel], job) : null;
    }

    /// <summary>Routes whose body names no model go to the job's first model that speaks the dialect.</summary>
    private static Refusal? PickUpstream(GateCall call)
    {
        if (RefuseLimitedToken(call) is { } refusal) return refusal;
        foreach (var model in call.Caller.Job.Models)
        {
            if (!Speaks(model, call.Route!)) continue;
            call.Attempt = new UpstreamAttempt(model, call.Body);
            return null;
        }
        return new Refusal(RefusalKind.ModelUnknown,
            $"Job '{call.Caller.Job.Key}' has no model whose provider speaks {call.Route!.Name}.", null);
    }

    private static Refusal? RefuseLimitedToken(GateCall call) => call.Caller.Token is { Models.Count: > 0 }
        ? new Refusal(RefusalKind.EndpointOutOfScope,
            $"This token of job '{call.Caller.Job.Key}' is for certain models, and {call.Route!.Name} is for all of "
                + "them.")
        : null;

    /// <summary>Models are managed on the job's first server, and only its own: none of Ollama's cloud.</summary>
    private static Refusal? CheckManaged(GateCall call)
    {
        if (PickUpstream(call) is { } refusal) return refusal;
        if (call.Route!.Endpoint is Endpoint.OllamaBlob or Endpoint.OllamaDelete) return null;
        return NamedModel.StringsIn(call.Body.Received.Span) is { } strings
            ? RemoteModels.CheckNames(call.Model!, strings)
            : new Refusal(RefusalKind.Malformed, "The body is not one JSON object.");
    }

    /// <summary>
    /// The call goes to the model that its form or its JSON names. In JSON, addresses and tools are looked for as in
    /// any call; the rest is not looked at.
    /// </summary>
    private async Task<Refusal?> CheckOpaqueAsync(GateCall call)
    {
        if (RefuseLimitedToken(call) is { } limited) return limited;
        if (UpstreamRequest.FormType(call) is { } type)
        {
            var named = NamedModel.InForm(call.Body.Received.Span, type);
            return named.Refusal ?? FindModel(call, named.Name)
                ?? await parts.RemoteModels.CheckAsync(call.Model!, call.Ended)
                ?? Splice(call, named.Name, new Splice(
                    named.Offset, named.Length, Encoding.UTF8.GetBytes(call.Model!.UpstreamName)));
        }
        var inspection = RequestInspector.Inspect(
            call.Body.Received.Span, call.Route!, IsWatched(call),
            RouteTable.DeploymentIn(call.Path) is not null);
        call.Inspection = IsWatched(call) ? inspection : null;
        return inspection.Refusal ?? ProviderTool(inspection.ProviderFeatures, call.Caller.Job)
            ?? FindModel(call, inspection.Model) ?? await parts.RemoteModels.CheckAsync(call.Model!, call.Ended)
            ?? Splice(call, inspection.Model, inspection.RenameModel(call.Model!.UpstreamName));
    }

    private bool IsWatched(GateCall call) => parts.Guard?.Watches(call) == true;

    public static bool TokenAllows(GateCall call, ModelPlan model)
        => call.Caller.Token is not { Models.Count: > 0 } token || token.Models.Contains(model.Key);

    /// <summary>
    /// Ollama speaks OpenAI's dialect too, and Anthropic's messages, but does not count tokens for it.
    /// </summary>
    public static bool Speaks(ModelPlan model, Route route) => (model.Provider, route.Dialect) switch
    {
        (ModelProvider.Ollama, Dialect.Anthropic) => route.Endpoint != Endpoint.AnthropicCountTokens,
        var (provider, dialect) => SpeaksDialect(provider, dialect),
    };

    public static bool SpeaksDialect(ModelProvider provider, Dialect dialect) => provider switch
    {
        ModelProvider.Ollama => true,
        ModelProvider.OpenAI => dialect == Dialect.OpenAI,
        ModelProvider.Anthropic => dialect == Dialect.Anthropic,
        _ => false,
    };

    /// <summary>What is forwarded is what was inspected, with these recorded splices and no other change.</summary>
    private static Refusal? Splice(GateCall call, RequestInspection inspection)
    {
        var (model, attempt) = (call.Model!, call.Attempt!);
        if (inspection.Model != model.UpstreamName) attempt.Edit(inspection.RenameModel(model.UpstreamName), "model");
        var limits = call.Caller.Job.Limits;
        var counts = limits.TokensPerMinute ?? limits.TokensPerDay ?? (limits.CostPerMonth is null ? null : 0L);
        if (counts is not null && model.StreamUsage && inspection.UsageRequest is { } ask)
        {
            attempt.Edit(ask, "usage");
            attempt.UsageInjected = true;
        }
        return null;
    }

    private static Refusal? Splice(GateCall call, string name, Splice rename)
    {
        if (name != call.Model!.UpstreamName) call.Attempt!.Edit(rename, "model");
        return null;
    }

    private static string Names(GateCall call)
        => string.Join(
            ", ", call.Caller.Job.Models.Where(model => TokenAllows(call, model)).Select(
                model => !model.IsAny ? $"'{model.Key}'"
                    : model.NamePrefix.Length == 0 ? $"every model that '{model.Key}' has" : $"'{model.NamePrefix}*'"));
}
