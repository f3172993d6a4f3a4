using System.Collections.Immutable;
using System.Text;

namespace Gatehouse.Core.Estate;

/// <summary>Entries that are to be added to an estate file, and what is changed in those that it has.</summary>
public sealed record EstateDraft
{
    /// <summary>New entries of <c>models:</c>.</summary>
    public ImmutableArray<ModelDraft> Models { get; init; } = [];

    /// <summary>New entries of <c>sinks:</c>.</summary>
    public ImmutableArray<SinkDraft> Sinks { get; init; } = [];

    /// <summary>New entries of <c>jobs:</c>.</summary>
    public ImmutableArray<JobDraft> Jobs { get; init; } = [];

    /// <summary>What is added to jobs that are there already.</summary>
    public ImmutableArray<JobChange> JobChanges { get; init; } = [];

    /// <summary>New places of models that are there already.</summary>
    public ImmutableArray<ModelMove> ModelMoves { get; init; } = [];

    /// <summary>Whether there is nothing to add or change.</summary>
    public bool IsEmpty => Models.IsEmpty && Sinks.IsEmpty && Jobs.IsEmpty && JobChanges.IsEmpty && ModelMoves.IsEmpty;
}

/// <summary>An entry of <c>jobs:</c> that is to be written.</summary>
public sealed record JobDraft
{
    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>Who answers for it.</summary>
    public required string Owner { get; init; }

    /// <summary>Keys of the models that it may call.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>What starts it; <see cref="TriggerKind.Unknown"/> leaves the key out.</summary>
    public TriggerKind Trigger { get; init; }

    /// <summary>The schedule of a cron trigger, or the name of a webhook or event.</summary>
    public string? TriggerDetail { get; init; }

    /// <summary>Where its input comes from.</summary>
    public required SourceDraft Source { get; init; }

    /// <summary>Key of the sink, or <c>stdout</c> or <c>none</c>.</summary>
    public required string Sink { get; init; }

    /// <summary>What it can do; questions without an answer are left out.</summary>
    public JobAbilities Can { get; init; } = JobAbilities.Unanswered;

    /// <summary>Whether it may pull, create, copy and delete models.</summary>
    public bool MayManageModels { get; init; }

    /// <summary>Routes that pass uninspected.</summary>
    public ImmutableArray<string> Opaque { get; init; } = [];

    /// <summary>Further keys of the entry with their values, written as YAML that fits on one line.</summary>
    public ImmutableArray<KeyValuePair<string, string>> More { get; init; } = [];

    /// <summary>Lines of comment above the entry, without the sign.</summary>
    public ImmutableArray<string> Comment { get; init; } = [];
}

/// <summary>An entry of <c>models:</c> that is to be written.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Provider">The dialects that the upstream speaks.</param>
/// <param name="Url">Where it is served.</param>
public sealed record ModelDraft(string Key, ModelProvider Provider, string Url)
{
    /// <summary>The name that the upstream knows; null when it is the key.</summary>
    public string? Name { get; init; }

    /// <summary>A reference to the credential, as <c>env:OPENAI_API_KEY</c>; null when none is needed.</summary>
    public string? Credential { get; init; }

    /// <summary>Lines of comment above the entry, without the sign.</summary>
    public ImmutableArray<string> Comment { get; init; } = [];
}

/// <summary>An entry of <c>sinks:</c> that is to be written.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Kind">Which kind of sink.</param>
public sealed record SinkDraft(string Key, SinkKind Kind)
{
    /// <summary>Address of the server.</summary>
    public string? Url { get; init; }

    /// <summary>Absolute path of a file sink.</summary>
    public string? Path { get; init; }

    /// <summary>Recipients of a mail sink.</summary>
    public string? To { get; init; }

    /// <summary>Topic of an ntfy or MQTT sink.</summary>
    public string? Topic { get; init; }

    /// <summary>A reference to the credential.</summary>
    public string? Credential { get; init; }

    /// <summary>Lines of comment above the entry, without the sign.</summary>
    public ImmutableArray<string> Comment { get; init; } = [];
}

/// <summary>The <c>source:</c> of a job that is to be written.</summary>
/// <param name="Kind">Where the input comes from.</param>
public sealed record SourceDraft(SourceKind Kind)
{
    /// <summary>Address of a feed, page, mailbox or broker.</summary>
    public string? Url { get; init; }

    /// <summary>A path on this machine, or the path of a webhook.</summary>
    public string? Path { get; init; }

    /// <summary>Topic of an MQTT source.</summary>
    public string? Topic { get; init; }
}

/// <summary>One entry as text: on a line of its own between braces, or a job as a block of lines.</summary>
internal sealed class DraftText
{
    private readonly List<KeyValuePair<string, string>> _fields = [];
    private readonly IReadOnlyList<string> _comment;
    private readonly bool _isBlock;

    private DraftText(string key, IReadOnlyList<string> comment, bool isBlock)
        => (Key, _comment, _isBlock) = (key, comment, isBlock);

    public string Key { get; }

    public static DraftText Of(ModelDraft model)
    {
        var text = new DraftText(model.Key, model.Comment, false);
        text.Add("provider", Words.Of(model.Provider));
        text.Add("url", model.Url);
        text.Add("name", model.Name);
        text.Add("credential", model.Credential);
        return text;
    }

    public static DraftText Of(SinkDraft sink)
    {
        var text = new DraftText(sink.Key, sink.Comment, false);
        text.Add("kind", Words.Of(sink.Kind));
        text.Add("url", sink.Url);
        text.Add("path", sink.Path);
        text.Add("to", sink.To);
        text.Add("topic", sink.Topic);
        text.Add("credential", sink.Credential);
        return text;
    }

    public static DraftText Of(JobDraft job)
    {
        var text = new DraftText(job.Key, job.Comment, true);
        text.Add("owner", job.Owner);
        if (job.Models is [var only]) text.Add("model", only);
        else text.AddRaw("models", YamlScalar.ListOf(job.Models));
        text.AddTrigger(job);
        text.AddRaw("source", SourceOf(job.Source));
        text.Add("sink", job.Sink);
        text.AddCan(job.Can);
        if (job.MayManageModels) text.AddRaw("may-manage-models", "true");
        if (!job.Opaque.IsEmpty) text.AddRaw("opaque", YamlScalar.ListOf(job.Opaque));
        foreach (var (key, value) in job.More)
            text.AddRaw(key, value);
        return text;
    }

    /// <summary>The entry between the braces of a mapping, without its comment.</summary>
    public string Inline => $"{YamlScalar.Of(Key)}: {{ {string.Join(", ", Pairs)} }}";

    /// <summary>The entry as lines of a block.</summary>
    /// <param name="indent">How far the entry's key is indented.</param>
    /// <param name="lineEnd">The line end of the file.</param>
    public string Lines(string indent, string lineEnd)
    {
        var text = new StringBuilder();
        foreach (var line in _comment)
            text.Append(indent).Append("# ").Append(Comment(line)).Append(lineEnd);
        if (!_isBlock)
            return text.Append(indent).Append(Inline).Append(lineEnd).ToString();
        text.Append(indent).Append(YamlScalar.Of(Key)).Append(':').Append(lineEnd);
        foreach (var pair in Pairs)
            text.Append(indent).Append("  ").Append(pair).Append(lineEnd);
        return text.ToString();
    }

    /// <summary>A line of comment as it is, but for what would end the line or change how the rest is shown.</summary>
    private static string Comment(string line)
    {
        var text = new StringBuilder(line.Length);
        for (var at = 0; at < line.Length; at++)
        {
            if (at + 1 < line.Length && char.IsSurrogatePair(line[at], line[at + 1]))
                text.Append(line, at++, 2);
            else
                text.Append(char.IsSurrogate(line[at]) ? '\uFFFD' : IsPlain(line[at]) ? line[at] : ' ');
        }
        return text.ToString();
    }

    // Of the other letters YAML takes some for line ends, and some turn the direction of the text.
    private static bool IsPlain(char letter) => !char.IsControl(letter)
        && letter is not ('\u2028' or '\u2029' or '\uFEFF' or (>= '\u202A' and <= '\u202E')
            or (>= '\u2066' and <= '\u2069') or '\uFFFE' or '\uFFFF');

    private IEnumerable<string> Pairs => _fields.Select(pair => $"{pair.Key}: {pair.Value}");

    private void Add(string key, string? value)
    {
        if (value is not null) AddRaw(key, YamlScalar.Of(value));
    }

    private void AddRaw(string key, string value) => _fields.Add(new(key, value));

    private void AddTrigger(JobDraft job)
    {
        if (job.Trigger == TriggerKind.Unknown) return;
        var kind = Words.Of(job.Trigger);
        AddRaw("trigger", job.TriggerDetail is { } detail ? $"{{ {kind}: {YamlScalar.Of(detail)} }}" : kind);
    }

    private void AddCan(JobAbilities can)
    {
        (string Name, YesNo Answer)[] answers =
        [
            ("alter-data", can.AlterData), ("send-externally", can.SendExternally),
            ("receive-feedback", can.ReceiveFeedback), ("change-itself", can.ChangeItself),
        ];
        var given = answers.Where(one => one.Answer != YesNo.Unknown)
            .Select(one => $"{one.Name}: {(one.Answer == YesNo.Yes ? "true" : "false")}").ToArray();
        if (given.Length != 0) AddRaw("can", $"{{ {string.Join(", ", given)} }}");
    }

    private static string SourceOf(SourceDraft source)
    {
        var parts = new List<string> { $"kind: {Words.Of(source.Kind)}" };
        if (source.Url is { } url) parts.Add($"url: {YamlScalar.Of(url)}");
        if (source.Path is { } path) parts.Add($"path: {YamlScalar.Of(path)}");
        if (source.Topic is { } topic) parts.Add($"topic: {YamlScalar.Of(topic)}");
        var isShort = parts.Count == 1
            && source.Kind is SourceKind.Prompt or SourceKind.Webhook or SourceKind.Mail or SourceKind.Mqtt;
        return isShort ? Words.Of(source.Kind) : $"{{ {string.Join(", ", parts)} }}";
    }
}
