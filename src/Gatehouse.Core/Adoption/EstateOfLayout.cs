using System.Collections.Immutable;
using Gatehouse.Core.Estate;

namespace Gatehouse.Core.Adoption;

/// <summary>The entries that an adoption adds to the estate.</summary>
public static class EstateOfLayout
{
    /// <summary>
    /// Entries for what the estate does not have yet. Every job may call every model of the servers that it could
    /// reach before, starts in observe, and is known by its network.
    /// </summary>
    /// <param name="layout">What was decided.</param>
    /// <param name="drafts">What is known of each app, by job.</param>
    /// <param name="sinks">Sinks that the drafts name and the estate lacks.</param>
    public static EstateDraft Draft(
        AdoptionLayout layout, IReadOnlyDictionary<string, JobDraft> drafts, ImmutableArray<SinkDraft> sinks)
    {
        var models = layout.Models.Select(static model => new ModelDraft(model.Key, model.Provider, model.Url)
        {
            Name = "*",
            Comment = [$"every model of {model.Container.ShownName}; only the gate reaches it"],
        });
        var apps = layout.Apps.Select(app => (drafts.GetValueOrDefault(app.Job) ?? Bare(app.Job)) with
        {
            Key = app.Job,
            Models = [.. app.Models.Select(static model => model.Key)],
        } is var draft
            ? draft with { More = [.. draft.More, .. Place(app.Listens)] } : null!);
        var callers = (layout.House?.Ports ?? []).GroupBy(HousePlace.JobOf, StringComparer.Ordinal)
            .Select(port => Caller(layout, layout.House!, port.First()));
        return new EstateDraft { Models = [.. models], Sinks = sinks, Jobs = [.. apps, .. callers] };
    }

    private static JobDraft Caller(AdoptionLayout layout, HousePlace house, PublishedPort port)
        => Bare(HousePlace.JobOf(port)) with
        {
            Models = [.. layout.Models.Where(model => model.Port == port.GatePort).Select(static model => model.Key)],
            Comment = [$"whoever calls port {port.HostPort} of this host, as the model server published it"],
            More = [.. Place([house.Listen(port)])],
        };

    private static JobDraft Bare(string job) => new()
    {
        Key = job,
        Owner = "unknown",
        Models = [],
        Source = new SourceDraft(SourceKind.Prompt),
        Sink = "stdout",
    };

    private static IEnumerable<KeyValuePair<string, string>> Place(IReadOnlyList<string> listens) =>
    [
        new("mode", "observe"),
        new("listen", listens.Count == 1
            ? $"\"{listens[0]}\"" : $"[{string.Join(", ", listens.Select(one => $"\"{one}\""))}]"),
    ];
}
