using System.Text.Json.Serialization;

namespace Gatehouse.Core.Adoption;

/// <summary>
/// One thing that adoption does, with all that undoing it needs. Steps are written to the journal before they are
/// done; each can be done again and undone again without harm, because a crash may fall at any point.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(WriteFileStep), "write-file")]
[JsonDerivedType(typeof(OwnHomeStep), "own-home")]
[JsonDerivedType(typeof(LoadImageStep), "load-image")]
[JsonDerivedType(typeof(CreateNetworkStep), "create-network")]
[JsonDerivedType(typeof(CreateGateStep), "create-gate")]
[JsonDerivedType(typeof(StartGateStep), "start-gate")]
[JsonDerivedType(typeof(StartContainerStep), "start-container")]
[JsonDerivedType(typeof(JoinNetworkStep), "join-network")]
[JsonDerivedType(typeof(LeaveNetworkStep), "leave-network")]
[JsonDerivedType(typeof(TakeAddressStep), "take-address")]
[JsonDerivedType(typeof(CutConnectionsStep), "cut-connections")]
[JsonDerivedType(typeof(GreetGateStep), "greet-gate")]
[JsonDerivedType(typeof(RunCommandStep), "run-command")]
[JsonDerivedType(typeof(VerifyJobStep), "verify-job")]
public abstract record AdoptionStep
{
    /// <summary>
    /// What is done, in words for the person who is asked, as <c>open-webui joins gatehouse-app-x</c>.
    /// </summary>
    [JsonIgnore]
    public abstract string Says { get; }
}
