using System.Collections.Immutable;
using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Adoption;

/// <summary>A job with the containers whose networks its calls come from.</summary>
/// <param name="Job">Its key.</param>
/// <param name="Apps">Its apps.</param>
/// <param name="Spaces">
/// The containers whose networks the apps use: themselves, or those whose network they share.
/// </param>
/// <param name="Sharers">The apps that nobody can tell apart; empty when that is one app.</param>
internal sealed record JobSeen(
    string Job, ImmutableArray<CallingApp> Apps, ImmutableArray<ContainerFacts> Spaces, ImmutableArray<string> Sharers)
{
    /// <summary>Where its models are, as far as its settings say.</summary>
    public ImmutableArray<ModelAddress> Hosts => [.. Apps.SelectMany(static app => app.ModelHosts).Distinct()];
}

/// <summary>
/// Apps that share a container's network (<c>network_mode: service:vpn</c>) are adopted by that container's joining:
/// the network is what the gate knows a job by. Several of them in one network are one job.
/// </summary>
public static class SharedNetworks
{
    private const int KeyLengthMax = 40;

    internal static IReadOnlyList<JobSeen> Merge(EngineView view, IReadOnlyCollection<CallingApp> apps)
    {
        var jobs = apps.Select(static app => app.Job).ToHashSet(StringComparer.Ordinal);
        var names = new Dictionary<string, (string Job, ImmutableArray<string> Sharers)>(StringComparer.Ordinal);
        foreach (var space in apps.GroupBy(app => OwnerOf(view, app).Id))
        {
            ImmutableArray<string> sharers =
                [.. space.Select(static app => app.Job).Distinct().Order(StringComparer.Ordinal)];
            var owner = OwnerOf(view, space.First());
            var job = sharers.Length == 1 ? sharers[0] : JobOf(owner, sharers, jobs);
            names[owner.Id] = (job, sharers.Length == 1 ? [] : sharers);
        }
        return
        [
            .. apps.GroupBy(app => names[OwnerOf(view, app).Id].Job, StringComparer.Ordinal)
                .OrderBy(static job => job.Key, StringComparer.Ordinal)
                .Select(job => new JobSeen(job.Key, [.. job],
                    [.. job.Select(app => OwnerOf(view, app)).DistinctBy(static one => one.Id)],
                    [.. job.SelectMany(app => names[OwnerOf(view, app).Id].Sharers).Distinct()])),
        ];
    }

    /// <summary>A key made of a name that may have any letters.</summary>
    /// <param name="name">The name.</param>
    /// <param name="otherwise">The key where the name has no letter that a key may have.</param>
    public static string PlainKey(string name, string otherwise)
    {
        var letters = name.Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'
            ? char.ToLowerInvariant(letter) : '-');
        var key = string.Concat(letters).Trim('-', '_', '.');
        return key.Length == 0 ? otherwise : key[..Math.Min(KeyLengthMax, key.Length)];
    }

    private static string JobOf(ContainerFacts owner, ImmutableArray<string> sharers, HashSet<string> jobs)
    {
        var plain = PlainKey(owner.ShownName, "shared");
        var key = plain;
        for (var number = 2; !sharers.Contains(key) && jobs.Contains(key); number++) key = $"{plain}-{number}";
        return key;
    }

    private static ContainerFacts OwnerOf(EngineView view, CallingApp app)
        => view.NetworkOwner(app.Container) ?? app.Container;
}
