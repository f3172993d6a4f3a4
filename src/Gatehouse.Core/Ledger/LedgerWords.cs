namespace Gatehouse.Core.Ledger;

/// <summary>The words that stand in leaves for the closed sets of this folder.</summary>
public static class LedgerWords
{
    private static readonly (ExchangeOutcome Value, string Word)[] Outcomes =
    [
        (ExchangeOutcome.Completed, "completed"),
        (ExchangeOutcome.Interrupted, "interrupted"),
        (ExchangeOutcome.Refused, "refused"),
        (ExchangeOutcome.ClientAborted, "client_aborted"),
        (ExchangeOutcome.UpstreamTruncated, "upstream_truncated"),
    ];

    private static readonly (PayloadKind Value, string Word)[] Kinds =
    [
        (PayloadKind.Received, "received"),
        (PayloadKind.Forwarded, "forwarded"),
        (PayloadKind.Upstream, "upstream"),
        (PayloadKind.Delivered, "delivered"),
        (PayloadKind.Document, "document"),
    ];

    private static readonly (RetentionClass Value, string Word)[] Classes =
    [
        (RetentionClass.Inputs, "inputs"),
        (RetentionClass.Outputs, "outputs"),
        (RetentionClass.Logs, "logs"),
    ];

    /// <summary>The word of an outcome.</summary>
    public static string Word(this ExchangeOutcome outcome) => Find(Outcomes, outcome);

    /// <summary>The word of a payload kind.</summary>
    public static string Word(this PayloadKind kind) => Find(Kinds, kind);

    /// <summary>The word of a retention class.</summary>
    public static string Word(this RetentionClass retention) => Find(Classes, retention);

    /// <summary>Reads the word of an outcome.</summary>
    /// <exception cref="FormatException">There is no such word.</exception>
    public static ExchangeOutcome ParseOutcome(string word) => Parse(Outcomes, word);

    /// <summary>Reads the word of a payload kind.</summary>
    /// <exception cref="FormatException">There is no such word.</exception>
    public static PayloadKind ParsePayloadKind(string word) => Parse(Kinds, word);

    /// <summary>Reads the word of a retention class.</summary>
    /// <exception cref="FormatException">There is no such word.</exception>
    public static RetentionClass ParseRetentionClass(string word) => Parse(Classes, word);

    private static string Find<T>((T Value, string Word)[] words, T value)
        where T : struct, Enum
    {
        foreach (var entry in words)
        {
            if (EqualityComparer<T>.Default.Equals(entry.Value, value))
                return entry.Word;
        }

        throw new ArgumentOutOfRangeException(nameof(value), value, "Not one of the closed set.");
    }

    private static T Parse<T>((T Value, string Word)[] words, string word)
        where T : struct, Enum
    {
        foreach (var entry in words)
        {
            if (entry.Word == word)
                return entry.Value;
        }

        throw new FormatException($"'{word}' is not one of: {string.Join(", ", words.Select(entry => entry.Word))}.");
    }
}
