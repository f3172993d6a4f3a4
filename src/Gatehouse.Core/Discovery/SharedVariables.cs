using System.Collections.Immutable;
using Gatehouse.Core.Compose;

namespace Gatehouse.Core.Discovery;

/// <summary>
/// Variables that a project gives to everything, by one <c>env_file</c> or one block for all services: a proxy and a
/// photo album that carry <c>OPENAI_API_KEY</c> say that it is spread, not who uses it.
/// </summary>
internal static class SharedVariables
{
    private const int MakersMax = 3; // From so many different makers on, no single app's services share a variable.

    public static ImmutableArray<string> Of(IReadOnlyCollection<(ComposeService Service, KnownSoftware? Software)> all)
    {
        // A database comes with the app whose file it shares, and says nothing.
        var services = all.Where(one => one.Software?.IsPart != true).ToArray();
        if (services.Length < MakersMax) return [];
        return [.. services
            .SelectMany(one => one.Service.Environment.Select(variable => (variable.Name, one.Service, one.Software)))
            .GroupBy(one => one.Name)
            .Where(group => group.Select(one => MakerOf(one.Service)).Distinct().Count() >= MakersMax
                && group.Any(one => one.Software?.Role is SoftwareRole.Plain))
            .Select(group => group.Key)];
    }

    /// <summary>Whose image it is, by the part before its name; all that is built here has one maker.</summary>
    private static string MakerOf(ComposeService service)
    {
        var parts = (service.Image ?? "").Split('@')[0].Split('/');
        return service.BuildContext is not null || service.Image is null ? "." : parts.Length > 1 ? parts[^2]
            : parts[0].Split(':')[0];
    }
}
