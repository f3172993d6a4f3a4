using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Gatehouse.Tests.Binary;

namespace Gatehouse.Tests.Adoption;

/// <summary>
/// Kills a process at a chosen line of its journal, and the process knows nothing of it: fanotify(7) holds it back each
/// time it opens a file of the folder, and tells each write. (A count of system calls, as strace has it, is one per
/// thread, and the process writes from many.)
/// </summary>
internal sealed class JournalWatch : IDisposable
{
    private const uint CloseOnExec = 0x1;
    private const uint ContentClass = 0x4;
    private const uint FilesCloseOnExec = 0x8_0000; // O_CLOEXEC
    private const uint Add = 0x1;
    private const ulong Write = 0x2;
    private const ulong OpenAsked = 0x1_0000;
    private const ulong OnChild = 0x0800_0000;
    private const int Here = -100; // AT_FDCWD
    private const int EventBytes = 24;
    private const short Readable = 0x1;
    private const int LookMilliseconds = 5;
    private const int InvalidArgument = 22;
    private const int NotImplemented = 38;
    private const int NotPermitted = 1;

    private readonly int _group;

    private JournalWatch(int group) => _group = group;

    /// <summary>
    /// Watches a folder; skips the test where the kernel cannot, and under CI a skipped test counts as failed.
    /// </summary>
    public static JournalWatch Open(string folder)
    {
        var group = Initialise(ContentClass | CloseOnExec, FilesCloseOnExec);
        SkipWithout(group >= 0, "fanotify");
        var watch = new JournalWatch(group);
        var marked = Mark(group, Add, OpenAsked | Write | OnChild, Here, Encoding.UTF8.GetBytes(folder + '\0')) == 0;
        if (!marked) watch.Dispose();
        SkipWithout(marked, "permission events of fanotify (CONFIG_FANOTIFY_ACCESS_PERMISSIONS)");
        return watch;
    }

    /// <summary>
    /// Lets it run to the point and kills it there; it may end before. Another thread waits for the kernel, because a
    /// kill at the right moment must not wait for its turn.
    /// </summary>
    public Task KillAtAsync(Child child, KillPoint point) => Task.Run(async () =>
    {
        var clock = Stopwatch.StartNew();
        var state = new State();
        var events = new byte[64 * EventBytes];
        while (!child.HasExited)
        {
            Assert.True(clock.Elapsed < Child.Max, $"{point} was not met in {Child.Max}.\n{child.Output}");
            var wanted = new Wanted { File = _group, Events = Readable };
            if (Poll(ref wanted, 1, LookMilliseconds) <= 0) continue;
            var length = (int)Read(_group, events, events.Length);
            for (var at = 0; at + EventBytes <= length;)
            {
                var one = events.AsMemory(at);
                at += BinaryPrimitives.ReadInt32LittleEndian(one.Span);
                await MeetAsync(child, point, state, one);
            }
        }
    });

    public void Dispose() => _ = Close(_group);

    private async Task MeetAsync(Child child, KillPoint point, State state, ReadOnlyMemory<byte> one)
    {
        var kinds = BinaryPrimitives.ReadUInt64LittleEndian(one.Span[8..]);
        var file = BinaryPrimitives.ReadInt32LittleEndian(one.Span[16..]);
        var isMeant = BinaryPrimitives.ReadInt32LittleEndian(one.Span[20..]) == child.Pid;
        var isAsked = (kinds & OpenAsked) != 0;
        var isHere = isMeant && isAsked && state.Openings++ == point.Opening;
        if (isHere && point.Moment == KillMoment.BeforeLine) state.Kill(child);
        if (isMeant && state.IsDue && (kinds & Write) != 0)
        {
            // What it wants to write meanwhile is held back: it gets no farther than what the line announced.
            if (point.Delay > TimeSpan.Zero) await Task.Delay(point.Delay);
            state.Kill(child);
        }
        state.IsDue |= isHere;
        if (isAsked) Answer(file, isAllowed: !state.IsKilled);
        _ = Close(file);
    }

    private void Answer(int file, bool isAllowed)
    {
        var answer = new byte[8];
        BinaryPrimitives.WriteInt32LittleEndian(answer, file);
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(4), isAllowed ? 1 : 2);
        // Who asked may be dead: then nobody waits for the answer.
        _ = WriteTo(_group, answer, answer.Length);
    }

    private static void SkipWithout(bool isThere, string what)
    {
        if (isThere) return;
        var error = Marshal.GetLastPInvokeError();
        Assert.SkipWhen(
            error is InvalidArgument or NotImplemented or NotPermitted, $"this kernel gives no {what}: error {error}");
        Assert.Fail($"No {what}: error {error}.");
    }

    [DllImport("libc", EntryPoint = "fanotify_init", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Initialise(uint flags, uint openFlags);

    [DllImport("libc", EntryPoint = "fanotify_mark", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Mark(int group, uint flags, ulong kinds, int folder, byte[] path);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll(ref Wanted wanted, nuint count, int milliseconds);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Read(int file, byte[] bytes, nint length);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint WriteTo(int file, byte[] bytes, nint length);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int file);

    [StructLayout(LayoutKind.Sequential)]
    private struct Wanted
    {
        public int File;
        public short Events;
        public short Happened;
    }

    private sealed class State
    {
        public int Openings { get; set; }

        /// <summary>Whether the next write is the one that is waited for.</summary>
        public bool IsDue { get; set; }

        public bool IsKilled { get; private set; }

        public void Kill(Child child)
        {
            if (!IsKilled && !child.HasExited) child.Signal(Signals.Kill);
            IsKilled = true;
        }
    }
}
