namespace Gatehouse.Core.Inspection;

/// <summary>Severities as words and as the numbers that code scanning tools sort by.</summary>
public static class SeverityWords
{
    /// <summary>The severity as a word.</summary>
    /// <param name="severity">The severity.</param>
    public static string Of(Severity severity) => severity switch
    {
        Severity.Info => "info",
        Severity.Low => "low",
        Severity.Medium => "medium",
        Severity.High => "high",
        Severity.Critical => "critical",
        _ => throw new InvalidOperationException("A severity has no word."),
    };

    /// <summary>The severity that a word means; null when it is none.</summary>
    /// <param name="word">The word, in small letters.</param>
    public static Severity? Parse(string word)
    {
        foreach (var severity in Enum.GetValues<Severity>())
        {
            if (Of(severity) == word) return severity;
        }
        return null;
    }
}
