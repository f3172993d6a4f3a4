namespace Gatehouse.Core.Engine;

/// <summary>Names of the networks that adoption makes in an engine.</summary>
public static class GateNetworks
{
    /// <summary>
    /// The label on everything that an adoption made, the gate's container too; its value is the adoption's id.
    /// </summary>
    public const string AdoptionLabel = "gatehouse.adoption";

    /// <summary>The label on a model's network with the name of the model's container.</summary>
    public const string ModelLabel = "gatehouse.model";

    /// <summary>
    /// The label on a model's network with the names of those that the model left, apart by commas: where it stands
    /// again, somebody put it back.
    /// </summary>
    public const string LeftLabel = "gatehouse.left";

    /// <summary>
    /// Start of the keys of jobs that an adoption makes for whoever calls an address or a port, where the model was.
    /// </summary>
    public const string CallersJob = "callers-of-";

    /// <summary>Start of all of them.</summary>
    public const string Prefix = "gatehouse-";

    /// <summary>Start of those of a model server with the gate.</summary>
    public const string OfModel = Prefix + "model-";

    /// <summary>Start of those of a job with the gate; the job's key follows.</summary>
    public const string OfApp = Prefix + "app-";
}
