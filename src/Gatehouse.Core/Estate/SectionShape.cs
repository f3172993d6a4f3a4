using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Gatehouse.Core.Estate;

/// <summary>A mapping whose keys are known.</summary>
/// <param name="what">What the section is, as in <c>a job</c>.</param>
/// <param name="settings">Its keys, in the order of the documents.</param>
internal sealed class SectionShape(string what, params SettingKey[] settings) : ValueShape<SectionReader>
{
    private readonly Dictionary<string, SettingKey> _byName = settings.ToDictionary(setting => setting.Name);

    public string What => what;

    public IReadOnlyList<SettingKey> Settings => settings;

    /// <summary>Keys of which exactly one must be there.</summary>
    public SettingKey[] ExactlyOne { get; init; } = [];

    /// <summary>How a single word stands for the section; null when it may not.</summary>
    public ShortForm? Short { get; init; }

    public override string Expected =>
        (Short is null ? "" : $"{Short.Expected}, or ") + $"a mapping with the keys of {what}";

    public override SectionShape? Section => this;

    public bool Knows(string name) => _byName.ContainsKey(name);

    public override bool TryRead(
        EstateNode node, string path, EstateProblems problems, [MaybeNullWhen(false)] out SectionReader value)
    {
        var read = node is EstateNode.Scalar { IsEmpty: false } word ? Short?.Expand(word) : node;
        value = null;
        if (read is not EstateNode.Mapping mapping)
        {
            var nearest = node is EstateNode.Scalar scalar && Short is not null
                ? NearestName.Find(scalar.Text, Short.Words) : null;
            problems.Error(node, path, $"holds {node.Kind}", Expected, nearest);
            return false;
        }
        value = new SectionReader(this, mapping, path, problems);
        foreach (var (key, _) in mapping.Entries)
        {
            if (problems.IsFull)
                break;
            if (!_byName.ContainsKey(key.Text))
                ReportUnknown(key, path, problems);
        }
        RequireExactlyOne(mapping, path, problems);
        return true;
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        if (Short is null)
        {
            SectionSchema.Write(this, json);
            return;
        }
        json.WriteStartArray("oneOf");
        json.WriteStartObject();
        json.WriteStartArray("enum");
        foreach (var word in Short.Words)
            json.WriteStringValue(word);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject();
        SectionSchema.Write(this, json);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void ReportUnknown(EstateNode.Scalar key, string path, EstateProblems problems)
    {
        // A key of a section below is likely meant there: `concurrent` in a job belongs under `limits`.
        var below = settings.FirstOrDefault(setting => setting.Shape is SectionShape part && part.Knows(key.Text));
        var nearest = below is null
            ? NearestName.Find(key.Text, _byName.Keys) : $"{below.Name}.{key.Text}";
        var name = DisplayText.Quote(key.Text);
        var shown = DisplayText.LooksSecret(key.Text) ? "?" : DisplayText.Of(key.Text);
        var isSecret = SecretKeys.Contains(key.Text) && Knows("credential");
        var message = $"unknown key {name}{(isSecret ? SecretAdvice : "")}";
        var expected = nearest is null && _byName.Count <= 16 ? $"one of {string.Join(", ", _byName.Keys)}" : null;
        problems.Error(key, path.Length == 0 ? shown : $"{path}.{shown}", message, expected, nearest);
    }

    private void RequireExactlyOne(EstateNode.Mapping mapping, string path, EstateProblems problems)
    {
        if (ExactlyOne.Length == 0)
            return;
        var names = ExactlyOne.Select(setting => setting.Name).ToArray();
        var found = mapping.Entries.Where(entry => names.Contains(entry.Key.Text)).ToArray();
        var expected = $"one of {string.Join(", ", names.Select(name => $"`{name}`"))}";
        if (found.Length == 0 && mapping.Entries.All(entry => Knows(entry.Key.Text)))
        {
            problems.Error(mapping, path, $"{what} without any of its main keys", expected);
        }
        else if (found.Length > 1)
        {
            var (first, second) = (found[0].Key, found[1].Key);
            problems.Error(second, $"{path}.{second.Text}", $"`{first.Text}` is already there", expected);
        }
    }

    private const string SecretAdvice =
        "; secrets are never written here, give `credential:` a reference such as `pass:ai/openai`";

    private static readonly HashSet<string> SecretKeys =
        new(["key", "api-key", "api_key", "apikey", "apiKey", "token", "password", "secret"], StringComparer.Ordinal);

    /// <summary>A single word that stands for a section.</summary>
    /// <param name="Expected">What a message says was expected.</param>
    /// <param name="Words">The words.</param>
    /// <param name="Key">The key whose value the word is; null when the word is the key, with <c>true</c>.</param>
    internal sealed record ShortForm(string Expected, string[] Words, string? Key)
    {
        public EstateNode.Mapping? Expand(EstateNode.Scalar word)
        {
            if (!Words.Contains(word.Text))
                return null;
            var mapping = new EstateNode.Mapping(word.Line, word.Column);
            var flag = new EstateNode.Scalar(word.Line, word.Column, Key is null ? "true" : word.Text, true);
            mapping.Entries.Add(new(new EstateNode.Scalar(word.Line, word.Column, Key ?? word.Text, true), flag));
            return mapping;
        }
    }
}

/// <summary>A mapping from names that the user chooses to sections, such as <c>jobs:</c>.</summary>
/// <param name="section">The shape of each entry.</param>
/// <param name="namePattern">Regular expression of a name, for the schema; <paramref name="isName"/> decides.</param>
/// <param name="isName">Whether a key is a usable name.</param>
/// <param name="nameExpected">What a message says that a name is.</param>
internal sealed class NamedShape(
    SectionShape section, string namePattern, Func<string, bool> isName, string nameExpected)
    : ValueShape<ImmutableArray<KeyValuePair<string, SectionReader>>>
{
    private const int EntriesMax = 10_000; // More than any installation has; bounds what a hostile file can ask for.

    public override string Expected => "a mapping from names to their settings";

    public override string Range => $"up to {EntriesMax} entries; a name is {nameExpected}";

    public override SectionShape? Section => section;

    public override string PathSuffix => ".NAME";

    public override bool TryRead(EstateNode node, string path, EstateProblems problems,
        out ImmutableArray<KeyValuePair<string, SectionReader>> value)
    {
        value = [];
        if (node is not EstateNode.Mapping mapping)
        {
            problems.Error(node, path, $"holds {node.Kind}", Expected);
            return false;
        }
        if (mapping.Entries.Count > EntriesMax)
        {
            problems.Error(node, path, $"holds {mapping.Entries.Count} entries", $"at most {EntriesMax}");
            return false;
        }
        var entries = ImmutableArray.CreateBuilder<KeyValuePair<string, SectionReader>>(mapping.Entries.Count);
        foreach (var (key, child) in mapping.Entries)
        {
            if (!isName(key.Text))
                problems.Error(key, path, $"{DisplayText.Quote(key.Text)} is not a usable name", nameExpected);
            else if (section.TryRead(child, $"{path}.{key.Text}", problems, out var reader))
                entries.Add(new(key.Text, reader));
        }
        value = entries.DrainToImmutable();
        return true;
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("propertyNames");
        json.WriteString("pattern", namePattern);
        json.WriteEndObject();
        json.WriteStartObject("additionalProperties");
        section.WriteSchema(json);
        json.WriteEndObject();
    }
}

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
