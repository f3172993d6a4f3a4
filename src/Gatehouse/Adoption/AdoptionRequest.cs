using System.Collections.Immutable;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Estate;

namespace Gatehouse.Adoption;

/// <summary>What the person asked for.</summary>
/// <param name="Home">The home on the host.</param>
/// <param name="Image">The gate's image.</param>
/// <param name="ImageFile">The archive that holds it, if the engine does not have it; null when none was found.</param>
/// <param name="TimeZone">IANA name of the zone for a new estate.</param>
internal sealed record AdoptionRequest(string Home, string Image, string? ImageFile, string TimeZone)
{
    /// <summary>Name of this machine, as far as the estate accepts it.</summary>
    public static string Node
    {
        get
        {
            var name = string.Concat(Environment.MachineName.Where(
                static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_'));
            return name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) ? name[..Math.Min(64, name.Length)] : "gate";
        }
    }

    /// <summary>The gate's container.</summary>
    public const string GateName = "gatehouse";

    /// <summary>
    /// The user of the image, which no ordinary user of a host has (65532 is what distroless images call nonroot).
    /// </summary>
    public const int ImageUid = 65532;
}

/// <summary>What an adoption would do, before anything is done.</summary>
/// <param name="Layout">Which container goes where.</param>
/// <param name="Steps">The steps, in their order.</param>
/// <param name="Notes">What is left alone and why, and what to know.</param>
internal sealed record AdoptionProposal(
    AdoptionLayout Layout, ImmutableArray<AdoptionStep> Steps, ImmutableArray<string> Notes)
{
    /// <summary>Whether it only brings back what an adoption that is in place had made, and somebody changed.</summary>
    public bool IsFix { get; init; }
}

/// <summary>What discovery found that can be adopted.</summary>
/// <param name="Servers">Containers that serve models.</param>
/// <param name="Apps">Containers that call them.</param>
/// <param name="Drafts">What is known of each app, by job.</param>
/// <param name="Sinks">Sinks that the drafts name and the estate lacks.</param>
internal sealed record AdoptionSubjects(
    ImmutableArray<ModelServer> Servers, ImmutableArray<CallingApp> Apps, ImmutableDictionary<string, JobDraft> Drafts,
    ImmutableArray<SinkDraft> Sinks);

/// <summary>A step cannot be done or undone; the message says what happened and what to do.</summary>
internal sealed class AdoptionException(string message, Exception? inner = null) : Exception(message, inner);
