namespace Gatehouse.Storage;

/// <summary>What checking payloads against their commitments found.</summary>
/// <param name="Checked">Payloads that match.</param>
/// <param name="Purged">Payloads gone by a purge on record.</param>
/// <param name="Unreadable">Payloads that could not be checked because the keys are not here.</param>
internal sealed record PayloadReport(long Checked, long Purged, long Unreadable);
