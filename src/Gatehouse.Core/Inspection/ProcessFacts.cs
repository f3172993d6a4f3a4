using System.Collections.Immutable;

namespace Gatehouse.Core.Inspection;

/// <summary>
/// One process of the host that belongs to no container and no unit, without any value that may be a secret.
/// </summary>
public sealed record ProcessFacts
{
    /// <summary>Its number.</summary>
    public required int Id { get; init; }

    /// <summary>Its program's file name.</summary>
    public required string Program { get; init; }

    /// <summary>The user id that it acts as; null when it could not be read.</summary>
    public long? Uid { get; init; }

    /// <summary>Whether it may gain privileges; null when it could not be read.</summary>
    public bool? MayGainPrivileges { get; init; }

    /// <summary>Its network namespace, as <c>net:[4026531840]</c>; null when it could not be read.</summary>
    public string? NetworkNamespace { get; init; }

    /// <summary>Names of its variables that hold secrets.</summary>
    public ImmutableArray<string> SecretNames { get; init; } = [];

    /// <summary>Whether an argument of its command line is a secret.</summary>
    public bool HasSecretArgument { get; init; }
}
