using Gatehouse.Core.Engine;

namespace Gatehouse.Core.Inspection;

/// <summary>Tells an argument of a command line that holds a secret; its value is looked at and never kept.</summary>
public static class SecretArguments
{
    /// <summary>
    /// Whether one looks like a secret, says <c>--token=…</c>, or stands behind <c>--token</c>. A path is no secret.
    /// </summary>
    /// <param name="arguments">The arguments, the program's own name among them or not.</param>
    public static bool HoldAny(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        for (var index = 0; index < arguments.Count; index++)
        {
            if (Holds(arguments[index])) return true;
            if (index + 1 < arguments.Count && arguments[index].StartsWith("--", StringComparison.Ordinal)
                && SecretText.IsSecretName(arguments[index].TrimStart('-'))
                && arguments[index + 1] is [not ('-' or '/'), ..])
            {
                return true;
            }
        }
        return false;
    }

    private static bool Holds(string argument)
    {
        if (SecretText.IsSecretValue(argument)) return true;
        var cut = argument.IndexOf('=', StringComparison.Ordinal);
        return cut > 0 && cut < argument.Length - 1 && argument[0] == '-'
            && !argument[(cut + 1)..].StartsWith('/') && SecretText.IsSecretName(argument[..cut].TrimStart('-'));
    }
}
