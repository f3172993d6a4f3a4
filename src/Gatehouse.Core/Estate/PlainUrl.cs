namespace Gatehouse.Core.Estate;

/// <summary>URLs as an estate holds them: absolute, with a host, without secrets, queries and fragments.</summary>
internal static class PlainUrl
{
    public static Uri? TryParse(string text, int lengthMax, out string? problem)
    {
        problem = null;
        if (text.Length > lengthMax)
            problem = $"is longer than {lengthMax} characters";
        else if (text.Any(c => c <= ' ' || c >= 0x7f || c == '\\'))
            problem = "holds a space, a control character, a backslash or a character outside ASCII";
        if (problem is not null)
            return null;
        var isWritten = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || !isWritten)
            problem = "is not a URL with a scheme and a host";
        else if (uri.UserInfo.Length != 0)
            problem = "holds a user name or password: put it in `credential:` as a reference";
        else if (uri.Query.Length != 0 || uri.Fragment.Length != 0 || text.AsSpan().IndexOfAny('?', '#') >= 0)
            problem = "holds a query or fragment, where keys like to hide: leave it out";
        return problem is null ? uri : null;
    }
}
