using System.Text.Json;

namespace Gatehouse.Core.Estate;

/// <summary>What may stand behind a key: how it is read, and how the schema and the documents describe it.</summary>
internal abstract class Shape
{
    /// <summary>What a message says was expected, such as <c>a duration such as `15m` or `7d`</c>.</summary>
    public abstract string Expected { get; }

    /// <summary>Unit and range for the table of settings; empty when the kind says it all.</summary>
    public virtual string Range => "";

    /// <summary>The sections below, whose keys have lines of their own in the table of settings.</summary>
    public virtual SectionShape? Section => null;

    /// <summary>What stands between the path of the key and the keys below: <c>.NAME</c> or <c>[]</c>.</summary>
    public virtual string PathSuffix => "";

    /// <summary>Writes the members of the JSON Schema object that describes it.</summary>
    public abstract void WriteSchema(Utf8JsonWriter json);
}
