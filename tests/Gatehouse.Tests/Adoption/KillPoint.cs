namespace Gatehouse.Tests.Adoption;

/// <summary>One moment at which a process dies.</summary>
/// <param name="Opening">Which opening of a file in the journal's folder, from 0; an adoption opens it per
/// line.</param>
/// <param name="Moment">Where around that opening.</param>
/// <param name="Delay">How long after, for <see cref="KillMoment.Later"/>.</param>
internal sealed record KillPoint(int Opening, KillMoment Moment, TimeSpan Delay = default);
