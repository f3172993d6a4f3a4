namespace Gatehouse.Estate;

/// <summary>The time zone of this machine, for a new estate.</summary>
internal static class LocalZone
{
    /// <summary>
    /// The zone's id is an IANA name on Linux; where it has none that the estate accepts, UTC is right everywhere.
    /// </summary>
    public static string Name
    {
        get
        {
            var id = TimeZoneInfo.Local.Id;
            var isName = TimeZoneInfo.Local.HasIanaId
                && id.All(static letter => char.IsAsciiLetterOrDigit(letter) || "/_-+".Contains(letter));
            return isName ? id : "UTC";
        }
    }
}
