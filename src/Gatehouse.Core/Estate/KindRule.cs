namespace Gatehouse.Core.Estate;

/// <summary>Which keys go with a kind of source or sink.</summary>
/// <param name="Allowed">Keys that it may have beside <c>kind</c>.</param>
/// <param name="Needed">Those of them that it must have.</param>
/// <param name="Schemes">Schemes that its URL may have.</param>
internal sealed record KindRule(SettingKey[] Allowed, SettingKey[] Needed, string[] Schemes)
{
    /// <summary>Reports keys that are missing or out of place.</summary>
    public void Check(SectionReader section, string kind, SettingKey[] all, Uri? url)
    {
        foreach (var setting in all)
        {
            var isThere = section.Has(setting);
            if (isThere && !Allowed.Contains(setting))
                section.Error(setting, $"`{setting.Name}` does not belong to kind {kind}", AllowedText);
            else if (!isThere && Needed.Contains(setting))
                section.Error(setting, $"kind {kind} needs `{setting.Name}`", setting.Shape.Expected);
            else if (isThere && setting.Name == "url" && url is not null && !Schemes.Contains(url.Scheme))
                section.Error(setting, $"kind {kind} cannot use this scheme", SchemesText);
        }
    }

    private string SchemesText =>
        $"a URL that starts with {string.Join(" or ", Schemes.Select(scheme => $"{scheme}://"))}";

    private string AllowedText => Allowed.Length == 0
        ? "no further key" : $"only {string.Join(", ", Allowed.Select(setting => $"`{setting.Name}`"))}";
}
