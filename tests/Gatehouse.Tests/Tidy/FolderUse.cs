namespace Gatehouse.Tests.Tidy;

/// <summary>One place where code of a folder uses something of another.</summary>
internal sealed record FolderUse(string From, string To, string Place)
{
    public override string ToString() => $"{From} uses {To}: {Place}";
}
