using System.Text.Json.Serialization;

namespace Gatehouse.Core.Adoption;

/// <summary>The JSON of the journal, generated: nothing is looked up by reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalLine))]
internal sealed partial class JournalContext : JsonSerializerContext;
