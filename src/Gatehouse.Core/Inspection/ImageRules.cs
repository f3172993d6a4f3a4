using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>Whether tomorrow's image is today's.</summary>
internal static class ImageRules
{
    public static readonly InspectionRule Mutable = new(
        "GH-IMG-001", Severity.Medium, "Its image may become another one overnight.",
        "A tag is moved by whoever owns the image's name; the next pull runs other code with the same rights.");

    public static ImmutableArray<InspectionRule> All => [Mutable];

    public static IEnumerable<Finding> Check(ContainerCase one)
    {
        var image = one.Container.Image;
        // By digest, or by the id of a local image: neither can be moved.
        if (image.Length == 0 || image.Contains("@sha256:", StringComparison.Ordinal)
            || image.StartsWith("sha256:", StringComparison.Ordinal) || IsId(image))
        {
            yield break;
        }

        var last = image[(image.LastIndexOf('/') + 1)..];
        var tag = last.Contains(':', StringComparison.Ordinal)
            ? last[(last.IndexOf(':', StringComparison.Ordinal) + 1)..]
            : null;
        var name = tag is null ? image : image[..^(tag.Length + 1)];
        var isLatest = tag is null or "latest";
        yield return one.Find(Mutable, $"Config.Image: {image}{(tag is null ? " (no tag, which is latest)" : "")}",
            $"Compose: image: {name}@sha256:…, with the digest that docker image inspect {ShellWord.Quote(image)} "
                + "lists "
                + "in RepoDigests.",
            severity: isLatest ? Severity.Medium : Severity.Low);
    }

    private static bool IsId(string image) => image.Length is 12 or 64 && image.All(char.IsAsciiHexDigitLower);
}
