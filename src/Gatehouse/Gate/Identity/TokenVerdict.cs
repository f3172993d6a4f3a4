namespace Gatehouse.Gate.Identity;

/// <summary>
/// What the book says of a presented token. Expired and revoked ones are known, so that the 401 can help.
/// </summary>
internal enum TokenVerdict
{
    Good,
    Unknown,
    Expired,
    Revoked,
    WrongNetwork,
}
