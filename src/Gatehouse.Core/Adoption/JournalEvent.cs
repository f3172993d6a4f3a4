using System.Text.Json.Serialization;

namespace Gatehouse.Core.Adoption;

/// <summary>What a line of the journal says.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JournalEvent>))]
public enum JournalEvent
{
    /// <summary>This is what will be done.</summary>
    Planned,

    /// <summary>A step is about to be done: from here on it may have been, in part.</summary>
    Begun,

    /// <summary>A step is done.</summary>
    Done,

    /// <summary>A step failed.</summary>
    Failed,

    /// <summary>All steps are done.</summary>
    Adopted,

    /// <summary>A step is undone.</summary>
    Undone,

    /// <summary>Everything is as before.</summary>
    Restored,
}
