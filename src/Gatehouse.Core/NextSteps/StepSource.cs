namespace Gatehouse.Core.NextSteps;

/// <summary>What has to be seen before a step can be called done: what is out of sight is not mended.</summary>
public enum StepSource
{
    /// <summary>The estate file.</summary>
    Estate,

    /// <summary>The container engine.</summary>
    Engine,

    /// <summary>Services and processes of the host.</summary>
    Host,

    /// <summary>The list of tokens.</summary>
    Tokens,

    /// <summary>A checkpoint that was kept elsewhere.</summary>
    Checkpoint,
}
