using System.Text;

namespace Gatehouse.Core.Estate;

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
