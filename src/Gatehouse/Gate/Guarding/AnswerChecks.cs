using Gatehouse.Core.Estate;
using Gatehouse.Core.Guards;
using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Guarding;

/// <summary>
/// Looks at the texts of one answer as they come. A text may go on up to where no rule that withholds can still find
/// something; what only flags, marks or queues delays nothing but the last event of a text that may get a note.
/// </summary>
internal sealed class AnswerChecks(GateCall call, GuardRules rules, ToolRates rates) : IAnswerGuard
{
    private readonly Dictionary<TextChannel, TextState> _texts = [];
    private readonly ToolChecks _tools = new(rules.Plan, call.Caller.Job.Key, rates);
    private IReadOnlyList<GuardRule> _rules = rules.Answer;
    private PseudonymDetector? _pseudonyms;
    private bool _isMarked;

    private bool IsEnforced => call.Caller.Job.Mode == JobMode.Enforce;

    private bool MayMark { get; } = rules.Answer.Any(rule => rule.Actions.Has(GuardAction.Mark))
        || rules.Numbers.Has(GuardAction.Mark);

    /// <summary>What the prompt said, and which tokens stand for what in it.</summary>
    public void TakePrompt(IReadOnlyList<string> texts, IReadOnlyDictionary<string, string> pseudonyms)
    {
        List<GuardRule> own = [];
        if (rules.Numbers.IsOn)
            own.Add(new GuardRule(new UnsourcedNumberDetector(PromptNumbers.Of(texts)), rules.Numbers));
        if (pseudonyms.Count > 0)
        {
            _pseudonyms = new PseudonymDetector(pseudonyms);
            own.Add(new GuardRule(_pseudonyms, new GuardActions([GuardAction.Redact])));
        }
        if (own.Count > 0) _rules = [.. rules.Answer, .. own];
    }

    /// <inheritdoc/>
    public ValueTask<TextRelease> LookAsync(TextView text, CancellationToken stop) => new(text.Channel.Kind switch
    {
        TextKind.Unread or TextKind.Shadow or TextKind.Metadata => TextRelease.All,
        TextKind.ToolName or TextKind.ToolArguments => LookAtTool(text),
        _ => LookAtText(text),
    });

    private TextRelease LookAtText(in TextView view)
    {
        var state = view.IsAlone ? new TextState(_rules) : _texts.GetValueOrDefault(view.Channel);
        if (state is null) _texts[view.Channel] = state = new TextState(_rules);
        var text = view.Text.Span;
        var findings = new List<GuardFinding>();
        var safe = text.Length;
        foreach (var (rule, scan) in state.Scans)
        {
            var found = new List<Found>();
            var now = scan.Look(text, view.IsEnd, found);
            if (rule.Actions.Withholds && IsEnforced) safe = Math.Min(safe, now);
            foreach (var one in found)
            {
                if (rule.Detector != _pseudonyms)
                    findings.AddRange(GuardWords.Findings(one, rule.Actions, ChannelName(view.Channel)));
                if (!IsEnforced) continue;
                if (rule.Actions.Strongest >= GuardAction.Hold)
                    return Stop(rule.Actions.Strongest, one.Rule.Id, rule.Say, findings);
                if (rule.Replaces)
                    state.Add(one, rule.Detector == _pseudonyms ? Restored(text, one) : GuardWords.Removed(one.Rule));
                _isMarked |= rule.Actions.Has(GuardAction.Mark);
            }
        }
        if (!IsEnforced) return TextRelease.All with { Findings = findings };
        safe = rules.Plan.Release switch
        {
            _ when view.IsEnd => text.Length,
            GuardRelease.Full => 0,
            GuardRelease.Sentence => Math.Min(safe, state.SentenceEnd(text)),
            _ => safe,
        };
        var mayMark = MayMark && view.Channel.Kind == TextKind.Text;
        // A note can only go out with an event that has not gone yet.
        if (mayMark && !view.IsEnd) safe = Math.Min(safe, text.Length - 1);
        var edits = state.Take(Math.Max(safe, view.Released), view.Released, out var upTo);
        if (mayMark && view.IsEnd && _isMarked && text.Length > view.Released)
            edits.Add(new TextEdit(text.Length, 0, GuardWords.Note));
        return TextRelease.UpTo(upTo) with { Edits = edits, Findings = findings };
    }

    private string Restored(ReadOnlySpan<char> text, in Found token)
        => _pseudonyms!.ValueOf(text.Slice(token.Start, token.Length));

    private TextRelease LookAtTool(in TextView view)
    {
        var isName = view.Channel.Kind == TextKind.ToolName;
        if (!view.IsEnd) return IsEnforced ? TextRelease.Nothing : TextRelease.All;
        var text = view.Text.Span;
        var findings = new List<GuardFinding>();
        var verdict = isName
            ? _tools.LookAtName(text.ToString(), view.Channel)
            : _tools.LookAtCall(view.ToolName, text.ToString());
        if (verdict is { } ruled)
        {
            findings.Add(ruled.Finding with { Channel = ChannelName(view.Channel), Length = text.Length });
            if (IsEnforced && ruled.Action >= GuardAction.Hold)
                return Stop(ruled.Action, ruled.Finding.Rule, null, findings);
        }
        return LookInside(view, findings);
    }

    /// <summary>The values of a call's arguments are text like any other; an escape hides nothing.</summary>
    private TextRelease LookInside(in TextView view, List<GuardFinding> findings)
    {
        var edits = new List<TextEdit>();
        var isName = view.Channel.Kind == TextKind.ToolName;
        foreach (var (start, length, value) in isName
            ? [(0, view.Text.Length, view.Text.ToString())] : JsonStrings.Of(view.Text.Span))
        {
            var state = new TextState(_rules);
            foreach (var (rule, scan) in state.Scans)
            {
                var found = new List<Found>();
                scan.Look(value, isEnd: true, found);
                foreach (var one in found)
                {
                    if (rule.Detector != _pseudonyms)
                    {
                        findings.AddRange(GuardWords.Findings(one, rule.Actions, ChannelName(view.Channel))
                            .Select(finding => finding with { Start = start + finding.Start }));
                    }
                    if (!IsEnforced) continue;
                    if (rule.Actions.Strongest >= GuardAction.Hold)
                        return Stop(rule.Actions.Strongest, one.Rule.Id, rule.Say, findings);
                    if (!rule.Replaces) continue;
                    // A tool under another name is another tool.
                    if (isName && rule.Detector != _pseudonyms)
                        return Stop(GuardAction.Block, one.Rule.Id, rule.Say, findings);
                    state.Add(one,
                        rule.Detector == _pseudonyms ? Restored(value, one) : GuardWords.Removed(one.Rule));
                }
            }
            // Arguments that are no JSON are a text, and so is a name.
            var isText = view.Text.Span[start] != '"';
            var changes = state.Take(value.Length, 0, out _);
            if (changes.Count == 0) continue;
            var changed = Apply(value, changes);
            edits.Add(new TextEdit(start, length, isText ? changed : JsonStrings.Quote(changed)));
        }
        return TextRelease.All with { Edits = edits, Findings = findings };
    }

    private static string Apply(string value, List<TextEdit> edits)
    {
        var changed = new System.Text.StringBuilder();
        var at = 0;
        foreach (var edit in edits)
        {
            changed.Append(value.AsSpan(at, edit.Start - at)).Append(edit.Replacement);
            at = edit.End;
        }
        return changed.Append(value.AsSpan(at)).ToString();
    }

    private TextRelease Stop(GuardAction action, string rule, string? say, List<GuardFinding> findings)
        => TextRelease.End(GuardWords.Refuse(action, rules.Plan, rule, say, isPrompt: false)) with
        {
            Findings = findings,
        };

    private static string ChannelName(TextChannel channel) => $"answer/{channel.Kind}/{channel.Outer}/{channel.Inner}";

    /// <summary>One text: how far each rule has looked, and the changes whose place is not released yet.</summary>
    private sealed class TextState(IReadOnlyList<GuardRule> rules)
    {
        private readonly List<TextEdit> _waiting = [];
        private int _sentence;

        public IReadOnlyList<(GuardRule Rule, TextScan Scan)> Scans { get; } =
            [.. rules.Select(rule => (rule, new TextScan(rule.Detector)))];

        public void Add(Found found, string replacement)
        {
            _waiting.Add(new TextEdit(found.Start, found.Length, replacement));
            _waiting.Sort(static (left, right) => left.Start.CompareTo(right.Start));
        }

        /// <summary>Where the last whole sentence ends.</summary>
        public int SentenceEnd(ReadOnlySpan<char> text)
        {
            while (true)
            {
                var cursor = new TextCursor(text, isWhole: false);
                var end = Sentences.EndOf(ref cursor, _sentence);
                if (cursor.ReadEnd || end <= _sentence) return _sentence;
                _sentence = end;
            }
        }

        /// <summary>
        /// The changes up to a place, in order and apart; the place moves back to the beginning of one that it would
        /// cut.
        /// </summary>
        public List<TextEdit> Take(int safe, int released, out int upTo)
        {
            var taken = new List<TextEdit>();
            upTo = safe;
            var done = 0;
            foreach (var edit in _waiting)
            {
                if (edit.Start >= upTo) break;
                if (edit.End > upTo)
                {
                    upTo = Math.Max(edit.Start, released);
                    break;
                }
                done++;
                // Two that overlap are replaced as one, so that no piece of either is left.
                if (taken.Count > 0 && edit.Start < taken[^1].End)
                    taken[^1] = taken[^1] with { Length = Math.Max(taken[^1].End, edit.End) - taken[^1].Start };
                else
                    taken.Add(edit);
            }
            _waiting.RemoveRange(0, done);
            return taken;
        }
    }
}
