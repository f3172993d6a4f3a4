namespace Gatehouse.Core.NextSteps;

/// <summary>Parts of the commands that steps name.</summary>
internal static class StepCommand
{
    public const string Program = "gatehouse";

    /// <summary>What makes a changed estate file count.</summary>
    public const string Reload = "gatehouse reload";

    /// <summary>The command that adopts, as this user has to type it.</summary>
    public static string Adopt(StepScene scene, string target)
        => $"{(scene.IsRoot ? "" : "sudo ")}{Program} adopt{(target.Length > 0 ? $" {Quote(target)}" : "")}"
            + scene.Options;

    /// <summary>The command that takes adoptions back.</summary>
    public static string UndoAdoption(StepScene scene)
        => $"{(scene.IsRoot ? "" : "sudo ")}{Program} adopt --undo{scene.Options}";

    /// <summary>A name as one word of a shell.</summary>
    public static string Quote(string name)
        => name.Length > 0
            && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '@')
            && name[0] != '-' ? name : $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
