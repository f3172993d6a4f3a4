namespace Gatehouse.Core.Engine;

/// <summary>Names of the networks that adoption makes in an engine.</summary>
public static class GateNetworks
{
    /// <summary>Start of all of them.</summary>
    public const string Prefix = "gatehouse-";

    /// <summary>Start of those of a model server with the gate.</summary>
    public const string OfModel = Prefix + "model-";

    /// <summary>Start of those of a job with the gate; the job's key follows.</summary>
    public const string OfApp = Prefix + "app-";
}
