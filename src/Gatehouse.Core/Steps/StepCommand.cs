namespace Gatehouse.Core.Steps;

/// <summary>Parts of the commands that steps name.</summary>
internal static class StepCommand
{
    public const string Program = "gatehouse";

    /// <summary>What makes a changed estate file count.</summary>
    public const string Reload = "gatehouse reload";

    /// <summary>A name as one word of a shell.</summary>
    public static string Quote(string name)
        => name.Length > 0
            && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '@')
            && name[0] != '-' ? name : $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
