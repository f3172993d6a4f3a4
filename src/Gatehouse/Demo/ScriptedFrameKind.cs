namespace Gatehouse.Demo;

/// <summary>What a frame of a stream is for: the knobs cut between these.</summary>
internal enum ScriptedFrameKind
{
    /// <summary>Opens the answer or a block of it.</summary>
    Head,

    /// <summary>Carries text, thought or arguments.</summary>
    Content,

    /// <summary>Says why generation ended, or closes a block after its content.</summary>
    Finish,

    /// <summary>The very last frame, where the dialect has one after the finish.</summary>
    Done,
}
