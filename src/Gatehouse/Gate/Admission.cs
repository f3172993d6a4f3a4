using System.Runtime.InteropServices;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate;

/// <summary>
/// Steps 3 and 4 of a call: which route, whether this caller may use it, the body read once, the model it names, and
/// what it asks of the provider. Every refusal names what would allow the call.
/// </summary>
internal sealed class Admission(GateParts parts)
{
    private readonly BodyReader _bodies = new(parts);

    /// <summary>What can be said before the body: the route, the token's scope, a pause.</summary>
    public Refusal? CheckRoute(GateCall call)
    {
        var request = call.Http.Request;
        call.Route = RouteTable.Match(request.Method, call.Path, request.Headers.ContainsKey("anthropic-version"));
        if (call.Route is null) return NoRoute(call);
        call.Dialect = call.Route.Dialect;
        if (CheckScope(call) is { } refusal) return refusal;
        return parts.Pauses.For(call.Caller.Job.Key) is { } pause ? Paused(call.Caller.Job.Key, pause) : null;
    }

    /// <summary>Reads the body once and judges it.</summary>
    public Task<Refusal?> CheckBodyAsync(GateCall call) => ReadAndCheckBodyAsync(call);

    public static Refusal Paused(string job, Pause pause) => new(RefusalKind.Paused,
        $"{(pause.Job == PauseBook.AllJobs ? "All jobs are" : $"Job '{job}' is")} paused by {pause.Who} since "
            + $"{pause.Since:yyyy-MM-dd HH:mm} UTC{(pause.Why.Length > 0 ? $": {pause.Why}" : "")}. Resume with: "
            + $"gatehouse resume {(pause.Job == PauseBook.AllJobs ? "--all" : job)}", null);

    private static Refusal NoRoute(GateCall call)
    {
        if (RouteTable.AllowedMethods(call.Path) is not { } allowed)
            return new Refusal(RefusalKind.RouteUnknown, "The gate has no such route.", null);
        // RFC 9110 §15.5.6: a 405 names the methods that there are.
        call.Http.Response.Headers.Allow = allowed;
        return new Refusal(RefusalKind.MethodNotAllowed,
            $"This path does not take {call.Http.Request.Method}, but {allowed}.", null);
    }

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
        if (!route.ModelInBody) return PickUpstream(call);
        var inspection = call.Inspection = RequestInspector.Inspect(call.Received.Span, route);
        if (inspection.Refusal is { } malformed) return malformed;
        if (ProviderTool(inspection, job) is { } tool) return tool;
        return FindModel(call, inspection) ?? Splice(call, inspection);
    }

    private static Refusal? ProviderTool(RequestInspection inspection, JobPlan job)
    {
        foreach (var tool in inspection.ProviderFeatures)
        {
            if (job.ProviderTools.Contains(tool)) continue;
            return new Refusal(RefusalKind.ProviderTool,
                $"The call uses '{tool}', which works on the provider's side, out of the gate's sight. "
                    + $"Job '{job.Key}' may only do so if its provider-tools: names it.", null);
        }
        return null;
    }

    /// <summary>
    /// A model is named by its estate key or its upstream name, and has to be this job's and this token's.
    /// </summary>
    private static Refusal? FindModel(GateCall call, RequestInspection inspection)
    {
        var (job, name) = (call.Caller.Job, inspection.Model);
        var model = job.ModelNamed(name) ?? job.AnyModel?.Named(name, call.Plan.Prices);
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
        call.Model = model;
        return null;
    }

    /// <summary>Routes whose body names no model go to the job's first model that speaks the dialect.</summary>
    private static Refusal? PickUpstream(GateCall call)
    {
        if (call.Caller.Token is { Models.Count: > 0 })
        {
            return new Refusal(RefusalKind.EndpointOutOfScope,
                $"This token of job '{call.Caller.Job.Key}' is for certain models, and {call.Route!.Name} "
                    + "does not say which.");
        }
        foreach (var model in call.Caller.Job.Models)
        {
            if (!Speaks(model, call.Route!)) continue;
            call.Model = model;
            return null;
        }
        return new Refusal(RefusalKind.ModelUnknown,
            $"Job '{call.Caller.Job.Key}' has no model whose provider speaks {call.Route!.Name}.", null);
    }

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
        var splices = new List<Splice>(2);
        var model = call.Model!;
        if (inspection.Model != model.UpstreamName)
        {
            splices.Add(inspection.RenameModel(model.UpstreamName));
            call.Splices.Add("model");
        }
        var limits = call.Caller.Job.Limits;
        var counts = limits.TokensPerMinute ?? limits.TokensPerDay ?? (limits.CostPerMonth is null ? null : 0L);
        if (counts is not null && model.StreamUsage && inspection.UsageRequest is { } ask)
        {
            splices.Add(ask);
            call.Splices.Add("usage");
            call.UsageInjected = true;
        }
        if (splices.Count == 0) return null;
        Splicer.Apply(call.Received.Span, CollectionsMarshal.AsSpan(splices), call.Spliced);
        call.IsSpliced = true;
        return null;
    }

    private static string Names(GateCall call)
        => string.Join(
            ", ", call.Caller.Job.Models.Where(model => TokenAllows(call, model)).Select(
                model => model.IsAny ? $"every model that '{model.Key}' has" : $"'{model.Key}'"));
}
