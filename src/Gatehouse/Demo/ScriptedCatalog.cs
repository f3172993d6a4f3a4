using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Gatehouse.Demo;

/// <summary>Lists, descriptions and embeddings: answers that no text is generated for.</summary>
internal sealed class ScriptedCatalog(ScriptedModelOptions options, TimeProvider time)
{
    private const int DimensionsDefault = 8;
    private const int DimensionsMax = 4096;

    /// <summary>2024-09-25, a fixed day in the past: lists must not differ from call to call.</summary>
    private const long CreatedSeconds = 1_727_222_400;

    public JsonObject OpenAiModels() => new()
    {
        ["object"] = "list",
        ["data"] = ScriptedJson.Array(options.Models.Select(OpenAiModel)),
    };

    public static JsonNode OpenAiModel(string name) => new JsonObject
    {
        ["id"] = name,
        ["object"] = "model",
        ["created"] = CreatedSeconds,
        ["owned_by"] = "scripted",
    };

    public JsonObject AnthropicModels() => new()
    {
        ["data"] = ScriptedJson.Array(options.Models.Select(AnthropicModel)),
        ["has_more"] = false,
        ["first_id"] = options.Models.Count > 0 ? options.Models[0] : null,
        ["last_id"] = options.Models.Count > 0 ? options.Models[^1] : null,
    };

    public static JsonNode AnthropicModel(string name) => new JsonObject
    {
        ["type"] = "model",
        ["id"] = name,
        ["display_name"] = name,
        ["created_at"] = "2024-09-25T00:00:00Z",
    };

    public JsonObject Tags() => new()
    {
        ["models"] = ScriptedJson.Array(options.Models.Select(name => (JsonNode)Tag(name))),
    };

    public JsonObject Running()
    {
        var first = options.Models.Take(1).Select(name =>
        {
            var tag = Tag(name);
            tag["expires_at"] = time.GetUtcNow().AddMinutes(5).ToString("O", CultureInfo.InvariantCulture);
            tag["size_vram"] = 0;
            return (JsonNode)tag;
        });
        return new JsonObject { ["models"] = ScriptedJson.Array(first) };
    }

    public static JsonObject Show(string name) => new()
    {
        ["license"] = "Apache-2.0",
        ["modelfile"] = $"FROM {name}\n",
        ["parameters"] = "temperature 0",
        ["template"] = "{{ .Prompt }}",
        ["details"] = Details(),
        ["model_info"] = new JsonObject { ["general.architecture"] = "script", ["general.parameter_count"] = 0 },
        ["capabilities"] = new JsonArray("completion", "tools"),
        ["modified_at"] = "2024-09-25T00:00:00Z",
    };

    public static JsonObject OpenAiEmbeddings(ScriptedRequest request)
    {
        var base64 = ScriptedRequest.TextOf(request.Root, "encoding_format") == "base64";
        var data = request.Inputs().Select((input, index) => (JsonNode)new JsonObject
        {
            ["object"] = "embedding",
            ["index"] = index,
            ["embedding"] = base64 ? Packed(Vector(request, input)) : Floats(Vector(request, input)),
        });
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = ScriptedJson.Array(data),
            ["model"] = request.Model,
            ["usage"] = new JsonObject
            {
                ["prompt_tokens"] = request.PromptTokens,
                ["total_tokens"] = request.PromptTokens,
            },
        };
    }

    public static JsonObject OllamaEmbed(ScriptedRequest request) => new()
    {
        ["model"] = request.Model,
        ["embeddings"] = ScriptedJson.Array(request.Inputs().Select(input => (JsonNode)Floats(Vector(request, input)))),
        ["total_duration"] = 2_000_000,
        ["load_duration"] = 1_000_000,
        ["prompt_eval_count"] = request.PromptTokens,
    };

    public static JsonObject OllamaEmbeddings(ScriptedRequest request) => new()
    {
        ["embedding"] = Floats(Vector(request, request.Prompt)),
    };

    private JsonObject Tag(string name) => WithOrigin(name, new JsonObject
    {
        ["name"] = name,
        ["model"] = name,
        ["modified_at"] = "2024-09-25T00:00:00Z",
        ["size"] = 1_000_000,
        ["digest"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))),
        ["details"] = Details(),
    });

    private JsonObject WithOrigin(string name, JsonObject entry)
    {
        if (!options.Remote.Contains(name)) return entry;
        entry["remote_host"] = "https://ollama.com:443";
        entry["remote_model"] = name;
        return entry;
    }

    private static JsonObject Details() => new()
    {
        ["parent_model"] = "",
        ["format"] = "script",
        ["family"] = "scripted",
        ["families"] = new JsonArray("scripted"),
        ["parameter_size"] = "0B",
        ["quantization_level"] = "none",
    };

    // Numbers from a hash of the text: equal texts are near, others are not, and nothing is random.
    private static float[] Vector(ScriptedRequest request, string input)
    {
        var length = Math.Clamp(
            ScriptedRequest.NumberOf(request.Root, "dimensions") ?? DimensionsDefault, 1, DimensionsMax);
        var vector = new float[length];
        for (var at = 0; at < length; at++)
            vector[at] = (float)((ScriptedTexts.Hash($"{at}:{input}") % 2001 / 1000.0) - 1.0);
        return vector;
    }

    private static JsonArray Floats(float[] vector) => ScriptedJson.Array(vector.Select(value => (JsonNode)value));

    private static string Packed(float[] vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var at = 0; at < vector.Length; at++)
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at * sizeof(float)), vector[at]);
        return Convert.ToBase64String(bytes);
    }
}
