using System.Text;
using Gatehouse.Core.Adoption;
using Gatehouse.Core.Estate;
using Gatehouse.Linux;

namespace Gatehouse.Adoption;

/// <summary>Hands the home to the user that the gate runs as, and back.</summary>
internal static class AdoptedHome
{
    public static void HandOver(OwnHomeStep step)
    {
        Directory.CreateDirectory(
            step.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Give(step.Path, step.Uid);
    }

    /// <summary>What the gate recorded stays: only a person takes that away.</summary>
    public static void GiveBack(OwnHomeStep step)
    {
        if (Directory.Exists(step.Path)) Give(step.Path, step.UidBefore ?? UserNames.OwnUid);
    }

    private static void Give(string path, int uid)
    {
        SocketFile.ChangeOwner(path, uid);
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = false,
        };
        // Links are left out, and folders behind them are not entered: the gate may have made them.
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos("*", options))
        {
            if (SocketFile.OwnerOf(entry.FullName) != uid) SocketFile.ChangeOwner(entry.FullName, uid);
        }
    }
}

/// <summary>The home of the gate that an adoption makes, and the estate in it.</summary>
internal sealed class EstateOfHome(AdoptionRequest asked)
{
    private string EstatePath => Path.Combine(asked.Home, "gatehouse.yaml");

    private int HomeUid => SocketFile.OwnerOf(asked.Home);

    /// <summary>The home's owner now; null when there is no home.</summary>
    public int? UidBefore => HomeUid < 0 ? null : HomeUid;

    /// <summary>A home of an ordinary user stays that user's; root's, or none, becomes the image's.</summary>
    public int Uid => HomeUid > 0 ? HomeUid : AdoptionRequest.ImageUid;

    /// <summary>The estate that is there, or one without entries for a gate that runs so.</summary>
    /// <exception cref="AdoptionException">It is not valid.</exception>
    public (string Text, OriginalFile? Before, EstatePlan? Plan) Read(bool isOnHost)
    {
        if (AdoptedFile.Look(EstatePath) is not { } before)
            return (AdoptedEstate.Text("home", AdoptionRequest.Node, asked.TimeZone, isOnHost), null, null);
        var text = Encoding.UTF8.GetString(before.Bytes);
        return EstateReader.Read(text, EstatePath).Plan is { } plan ? (text, before, plan)
            : throw new AdoptionException(
                $"{EstatePath} is not valid. See what is wrong with it: gatehouse jobs --home {asked.Home}");
    }

    /// <param name="text">The estate's text now.</param>
    /// <param name="before">Its file; null where there is none.</param>
    /// <param name="draft">What is added and changed.</param>
    /// <param name="isServed">Whether a gate runs on it, which then reads it again.</param>
    /// <exception cref="AdoptionException">The estate would not be valid with the entries.</exception>
    public WriteFileStep Step(string text, OriginalFile? before, EstateDraft draft, bool isServed = false)
    {
        switch (EstateEditor.Add(text, draft, EstatePath))
        {
            case EstateEdit.Done done:
                return new WriteFileStep(EstatePath, Encoding.UTF8.GetBytes(done.Text), before,
                    "the estate")
                { Owner = Uid, Reloads = isServed ? asked.Home : null };
            case EstateEdit.Refused refused:
                throw new AdoptionException(
                    $"The estate would not be valid:\n  {string.Join("\n  ", refused.Problems)}");
            default:
                throw new InvalidOperationException("A kind of edit that is neither done nor refused.");
        }
    }
}
