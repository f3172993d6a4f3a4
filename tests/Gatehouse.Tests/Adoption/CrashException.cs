namespace Gatehouse.Tests.Adoption;

/// <summary>Ends a run as a killed process would: nothing behind it is done, the journal is as it was.</summary>
internal sealed class CrashException : Exception;
