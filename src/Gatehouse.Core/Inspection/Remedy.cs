using System.Text.Json;

namespace Gatehouse.Core.Inspection;

/// <summary>
/// What fixes a finding, as a program can apply it, with the words for a person. The family is closed: what no member
/// says is <see cref="ByHand"/>.
/// </summary>
/// <param name="Text">The exact setting or command, in words.</param>
public abstract record Remedy(string Text)
{
    /// <summary>The kind as a word, for JSON.</summary>
    public abstract string Kind { get; }

    /// <summary>Gives a key of the container's service in its Compose file a value.</summary>
    /// <param name="Key">The key below the service, as <c>security_opt</c>; with dots for what is deeper.</param>
    /// <param name="Value">The value, in YAML.</param>
    /// <param name="Text">The same in words.</param>
    public sealed record SetComposeKey(string Key, string Value, string Text) : Remedy(Text)
    {
        /// <inheritdoc/>
        public override string Kind => "set-compose-key";
    }

    /// <summary>Takes a key of the container's service, or one value of a list, out of its Compose file.</summary>
    /// <param name="Key">The key below the service.</param>
    /// <param name="Value">The one value of the list that goes; null when the key goes.</param>
    /// <param name="Text">The same in words.</param>
    public sealed record RemoveComposeKey(string Key, string? Value, string Text) : Remedy(Text)
    {
        /// <inheritdoc/>
        public override string Kind => "remove-compose-key";
    }

    /// <summary>Gives an option of a network in the Compose file a value; the network has to be made again.</summary>
    /// <param name="Network">The network's name in the engine.</param>
    /// <param name="Key">The key below the network.</param>
    /// <param name="Value">The value, in YAML.</param>
    /// <param name="Text">The same in words.</param>
    public sealed record SetNetworkKey(string Network, string Key, string Value, string Text) : Remedy(Text)
    {
        /// <inheritdoc/>
        public override string Kind => "set-network-key";
    }

    /// <summary>Sets a directive of a systemd unit.</summary>
    /// <param name="Unit">The unit.</param>
    /// <param name="IsOfUser">Whether a user's own manager runs it.</param>
    /// <param name="Key">The directive, below <c>[Service]</c>.</param>
    /// <param name="Value">Its value; may be empty.</param>
    /// <param name="Text">The same in words.</param>
    public sealed record SetDirective(string Unit, bool IsOfUser, string Key, string Value, string Text) : Remedy(Text)
    {
        /// <inheritdoc/>
        public override string Kind => "set-directive";
    }

    /// <summary>Sets a key of the engine's settings; the engine has to be restarted.</summary>
    /// <param name="Key">The key in <c>daemon.json</c>.</param>
    /// <param name="Value">The value, in JSON.</param>
    /// <param name="Text">The same in words.</param>
    public sealed record SetEngineKey(string Key, string Value, string Text) : Remedy(Text)
    {
        /// <inheritdoc/>
        public override string Kind => "set-engine-key";
    }

    /// <summary>Takes a key out of the engine's settings; the engine has to be restarted.</summary>
    /// <param name="Key">The key in <c>daemon.json</c>.</param>
    /// <param name="Text">The same in words.</param>
    public sealed record RemoveEngineKey(string Key, string Text) : Remedy(Text)
    {
        /// <inheritdoc/>
        public override string Kind => "remove-engine-key";
    }

    /// <summary>Runs a command in a shell.</summary>
    /// <param name="Command">The command, quoted for a shell.</param>
    /// <param name="Text">The same in words, with what else there is to know.</param>
    public sealed record RunCommand(string Command, string Text) : Remedy(Text)
    {
        /// <inheritdoc/>
        public override string Kind => "run-command";
    }

    /// <summary>Updates a program.</summary>
    /// <param name="Program">The program.</param>
    /// <param name="Version">The first version that has the fix.</param>
    /// <param name="Text">The same in words.</param>
    public sealed record Update(string Program, string Version, string Text) : Remedy(Text)
    {
        /// <inheritdoc/>
        public override string Kind => "update";
    }

    /// <summary>A person has to decide, or there is nothing to do.</summary>
    /// <param name="Text">What to think of.</param>
    public sealed record ByHand(string Text) : Remedy(Text)
    {
        /// <inheritdoc/>
        public override string Kind => "by-hand";
    }

    /// <summary>Writes the remedy as a JSON object, without its words.</summary>
    /// <param name="json">Where to.</param>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject("remedy");
        json.WriteString("kind", Kind);
        switch (this)
        {
            case SetComposeKey set:
                json.WriteString("key", set.Key);
                json.WriteString("value", set.Value);
                break;
            case RemoveComposeKey remove:
                json.WriteString("key", remove.Key);
                if (remove.Value is not null) json.WriteString("value", remove.Value);
                break;
            case SetNetworkKey network:
                json.WriteString("network", network.Network);
                json.WriteString("key", network.Key);
                json.WriteString("value", network.Value);
                break;
            case SetDirective directive:
                json.WriteString("unit", directive.Unit);
                json.WriteBoolean("user", directive.IsOfUser);
                json.WriteString("key", directive.Key);
                json.WriteString("value", directive.Value);
                break;
            case SetEngineKey set:
                json.WriteString("key", set.Key);
                json.WriteString("value", set.Value);
                break;
            case RemoveEngineKey remove:
                json.WriteString("key", remove.Key);
                break;
            case RunCommand run:
                json.WriteString("command", run.Command);
                break;
            case Update update:
                json.WriteString("program", update.Program);
                json.WriteString("version", update.Version);
                break;
            case ByHand:
                break;
            default:
                throw new InvalidOperationException($"The remedy {Kind} has no form in JSON.");
        }
        json.WriteEndObject();
    }
}
