using System.Text.Json.Nodes;

namespace Gatehouse.Demo;

/// <summary>The shape of one endpoint's answers. One implementation per endpoint that generates text.</summary>
internal interface IScriptedDialect
{
    /// <summary>Lines of JSON instead of server-sent events.</summary>
    public bool Lines { get; }

    /// <summary>What a request means that does not say whether to stream.</summary>
    public bool StreamsByDefault { get; }

    public JsonNode Whole(ScriptedTurn turn);

    public IEnumerable<ScriptedFrame> Stream(ScriptedTurn turn);

    /// <summary>An error after the status was sent.</summary>
    public ScriptedFrame InBandError(string message);
}
