using System.Text.Json;

namespace Gatehouse.Core.Estate;

/// <summary>A key that a later version gives a meaning; until then it is refused with a reason of its own.</summary>
/// <param name="reason">Why it may not stand in a file yet.</param>
internal sealed class ReservedShape(string reason) : ValueShape<bool>
{
    public override string Expected => "no such key yet";

    public override string Range => "reserved";

    public override bool TryRead(EstateNode node, string path, EstateProblems problems, out bool value)
    {
        value = false;
        problems.Error(node, path, reason);
        return false;
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartObject("not");
        json.WriteEndObject();
    }
}
