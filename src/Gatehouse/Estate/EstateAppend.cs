using System.Text;
using Gatehouse.Core.Estate;
using Gatehouse.Storage;

namespace Gatehouse.Estate;

/// <summary>
/// Adds entries to the estate file of a home: all or nothing. A crash leaves the old file or the whole new one; the
/// file keeps its rights, and its owner, because root becomes the home's owner before it writes.
/// </summary>
internal static class EstateAppend
{
    /// <summary>
    /// Adds the entries that the estate takes; makes the file when there is none. One that it does not take keeps no
    /// other one out.
    /// </summary>
    /// <returns>What was done, and what was left out.</returns>
    /// <exception cref="IOException">The disk refused; the old file, if any, is untouched.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or the home may not be written.</exception>
    /// <exception cref="HomeException">Root cannot become the home's owner.</exception>
    public static (EstateEdit Edit, EstateFit Fit) WriteWhatFits(string home, EstateDraft draft)
    {
        var path = EstateFile.PathIn(home);
        var text = File.Exists(path) ? File.ReadAllText(path, new UTF8Encoding(false, true))
            : EstateEditor.BareText("home", LocalZone.Name);
        var fit = EstateFit.Of(text, draft, path);
        // Where nothing fits the file itself is what cannot be added to.
        return (Write(home, fit.Draft.IsEmpty ? draft : fit.Draft), fit);
    }

    /// <summary>Adds the entries, all of them or none; makes the file when there is none.</summary>
    /// <returns>The problems that prevented it; none when it was written.</returns>
    /// <exception cref="IOException">The disk refused; the old file, if any, is untouched.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or the home may not be written.</exception>
    /// <exception cref="HomeException">Root cannot become the home's owner.</exception>
    public static EstateEdit Write(string home, EstateDraft draft)
    {
        var path = EstateFile.PathIn(home);
        var isNew = !File.Exists(path);
        if (!isNew && new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { } target)
            path = target.FullName;
        var text = isNew
            ? EstateEditor.BareText("home", LocalZone.Name) : File.ReadAllText(path, new UTF8Encoding(false, true));
        // The mark of UTF-8 is kept where there was one.
        if (!isNew && HasMark(path)) text = "\uFEFF" + text;
        var edit = EstateEditor.Add(text, draft, path);
        if (edit is not EstateEdit.Done done) return edit;
        if (!Directory.Exists(home))
            Directory.CreateDirectory(home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        HomeOwner.Become(home);
        var mode = isNew ? UnixFileMode.UserRead | UnixFileMode.UserWrite : File.GetUnixFileMode(path);
        DurableFile.Write(path, new UTF8Encoding(false).GetBytes(done.Text));
        File.SetUnixFileMode(path, mode);
        return done;
    }

    private static bool HasMark(string path)
    {
        using var file = File.OpenRead(path);
        var start = new byte[3];
        return file.ReadAtLeast(start, 3, throwOnEndOfStream: false) == 3 && start is [0xEF, 0xBB, 0xBF];
    }
}
