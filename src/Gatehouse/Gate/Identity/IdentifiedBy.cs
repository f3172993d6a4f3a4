namespace Gatehouse.Gate.Identity;

/// <summary>How a caller was told apart, as the ledger names it in lower case.</summary>
internal enum IdentifiedBy
{
    Nothing,
    Token,
    UrlToken,
    Listener,
}
