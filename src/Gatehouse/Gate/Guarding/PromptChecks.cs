using System.Security.Cryptography;
using System.Text;
using Gatehouse.Core.Estate;
using Gatehouse.Core.Guards;
using Gatehouse.Core.Ledger;
using Gatehouse.Core.Traffic;

namespace Gatehouse.Gate.Guarding;

/// <summary>Looks at one prompt: finds, changes, constraints, and whether it goes on at all.</summary>
internal sealed class PromptChecks(PromptView prompt, GuardRules rules, AnswerChecks answer)
{
    // Tokens are the same for the same value as long as the gate runs, and say nothing about it.
    private static readonly byte[] TokenKey = RandomNumberGenerator.GetBytes(32);

    private readonly List<GuardFinding> _findings = [];
    private readonly List<PromptEdit> _edits = [];
    private readonly Dictionary<string, string> _pseudonyms = new(StringComparer.Ordinal);
    private Refusal? _refusal;

    private bool IsEnforced => prompt.Call.Caller.Job.Mode == JobMode.Enforce;

    public PromptVerdict Run()
    {
        var texts = new List<string>();
        foreach (var text in prompt.Texts)
        {
            if (text.Kind == PromptKind.Unread) continue;
            var words = prompt.Read(text);
            texts.Add(words);
            Look(text, words);
        }
        var changes = AddConstraints();
        answer.TakePrompt(texts, IsEnforced ? _pseudonyms : new Dictionary<string, string>());
        return new PromptVerdict
        {
            Findings = _findings,
            Refusal = IsEnforced ? _refusal : null,
            Edits = IsEnforced ? _edits : null,
            Inserts = IsEnforced ? changes : null,
        };
    }

    private void Look(in RequestText text, string words)
    {
        var finds = new List<(Found Found, GuardRule Rule)>();
        foreach (var rule in rules.Prompt)
        {
            if (rule.Check == GuardCheck.Injection && !MayBeForeign(text.Kind)) continue;
            var found = new List<Found>();
            new TextScan(rule.Detector).Look(words, isEnd: true, found);
            finds.AddRange(found.Select(one => (one, rule)));
        }
        if (finds.Count == 0) return;
        var channel = $"prompt/{text.PathIn(prompt.Call.Body.Received.Span)}";
        foreach (var (found, rule) in finds)
        {
            _findings.AddRange(GuardWords.Findings(found, rule.Actions, channel));
            // What may not be changed is not let through instead.
            if (rule.Actions.Strongest >= GuardAction.Hold || (rule.Replaces && !rules.Plan.MayRewrite))
            {
                _refusal ??= GuardWords.Refuse(
                    rule.Actions.Strongest == GuardAction.Hold ? GuardAction.Hold : GuardAction.Block, rules.Plan,
                    found.Rule.Id, rule.Say, isPrompt: true);
            }
        }
        if (Replace(words, finds) is { } changed) _edits.Add(new PromptEdit(text, changed, "guard"));
    }

    /// <summary>The operator's own words, and what defines tools, are no place for instructions of others.</summary>
    private static bool MayBeForeign(PromptKind kind)
        => kind is PromptKind.User or PromptKind.ToolResult or PromptKind.Document or PromptKind.Unknown
            or PromptKind.ToolDefinition or PromptKind.Name;

    private string? Replace(string words, List<(Found Found, GuardRule Rule)> finds)
    {
        StringBuilder? changed = null;
        var at = 0;
        foreach (var (found, rule) in finds.Where(one => one.Rule.Replaces)
            .OrderBy(one => one.Found.Start).ThenByDescending(one => one.Found.Length))
        {
            // Two that overlap are replaced as one, so that no piece of either is left.
            if (found.Start < at)
            {
                at = Math.Max(at, found.End);
                continue;
            }
            changed ??= new StringBuilder();
            changed.Append(words.AsSpan(at, found.Start - at)).Append(
                rule.Actions.Has(GuardAction.Pseudonymise)
                    ? TokenFor(found.Rule, words.Substring(found.Start, found.Length))
                    : GuardWords.Removed(found.Rule));
            at = found.End;
        }
        return changed?.Append(words.AsSpan(at)).ToString();
    }

    private string TokenFor(TextRule rule, string value)
    {
        var kind = rule.Id[(rule.Id.LastIndexOf('/') + 1)..].Replace('-', '_').ToUpperInvariant();
        var hash = Convert.ToHexString(HMACSHA256.HashData(TokenKey, Encoding.UTF8.GetBytes($"{kind}\0{value}")));
        var token = $"{kind}_{hash[..8]}";
        _pseudonyms[token] = value;
        return token;
    }

    private List<PromptInsert> AddConstraints()
    {
        var inserts = new List<PromptInsert>();
        if (rules.Constraints.Count == 0) return inserts;
        var (call, route) = (prompt.Call, prompt.Call.Route!);
        var text = string.Join('\n', rules.Constraints.Select(one => one.Text));
        if (SystemPrompt.TryAdd(call.Body.Received.Span, route, text, out var place))
        {
            var at = _edits.FindIndex(edit => edit.Text.Offset == place.Extends);
            if (at >= 0) _edits[at] = _edits[at] with { Replacement = $"{_edits[at].Replacement}\n\n{text}" };
            inserts.AddRange(rules.Constraints.Select((one, i) => new PromptInsert(
                at < 0 && i == 0 ? place.Change : null, one.Name)));
            return inserts;
        }
        // What has a place for them and skips it is not let through. Other routes carry no prompt to a model that
        // answers, but for the older completions, whose prompts have no place for the operator's words.
        if (!SystemPrompt.HasPlace(route) && route.Endpoint != Endpoint.OpenAICompletions) return inserts;
        _findings.Add(new GuardFinding
        {
            Rule = "constraint/skipped",
            Version = "1",
            Channel = "prompt/",
            Action = Words.Of(SystemPrompt.HasPlace(route) ? GuardAction.Block : GuardAction.Flag),
        });
        if (SystemPrompt.HasPlace(route))
        {
            _refusal ??= new Refusal(RefusalKind.GuardBlocked,
                $"Guard '{rules.Plan.Key}' adds constraints to each prompt, and a raw prompt or a template of the "
                + "caller's own skips them. Leave `raw` and `template` out.");
        }
        return inserts;
    }
}
