using System.Collections.Immutable;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Estate;

namespace Gatehouse.Adoption;

/// <summary>What discovery found that can be adopted.</summary>
/// <param name="Servers">Containers that serve models.</param>
/// <param name="Apps">Containers that call them.</param>
/// <param name="Drafts">What is known of each app, by job.</param>
/// <param name="Sinks">Sinks that the drafts name and the estate lacks.</param>
internal sealed record AdoptionSubjects(
    ImmutableArray<ModelServer> Servers, ImmutableArray<CallingApp> Apps, ImmutableDictionary<string, JobDraft> Drafts,
    ImmutableArray<SinkDraft> Sinks);
