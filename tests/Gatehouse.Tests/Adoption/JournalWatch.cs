using System.Buffers.Binary;
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
    private const int LookMilliseconds = 20;
    private const int InvalidArgument = 22;
    private const int NotImplemented = 38;
    private const int NotPermitted = 1;

    private readonly int _group;
    private readonly Thread _thread;
    private readonly Lock _turn = new();
    private Target? _target;
    private volatile bool _isOver;

    private JournalWatch(int group)
    {
        _group = group;
        _thread = new Thread(Meet) { IsBackground = true };
    }

    /// <summary>
    /// Watches a folder; skips the test where the kernel cannot, and under CI a skipped test counts as failed. One
    /// watch serves many kills: one that is opened right after another was closed sometimes sees nothing (Linux 6.18).
    /// </summary>
    public static JournalWatch Open(string folder)
    {
        var group = Initialise(ContentClass | CloseOnExec, FilesCloseOnExec);
        SkipWithout(group >= 0, "fanotify");
        var isMarked = Mark(group, Add, OpenAsked | Write | OnChild, Here, Encoding.UTF8.GetBytes(folder + '\0')) == 0;
        var error = Marshal.GetLastPInvokeError();
        if (!isMarked) _ = Close(group);
        Marshal.SetLastPInvokeError(error);
        SkipWithout(isMarked, "permission events of fanotify (CONFIG_FANOTIFY_ACCESS_PERMISSIONS)");
        var watch = new JournalWatch(group);
        watch._thread.Start();
        return watch;
    }

    /// <summary>Starts a process, lets it run to the point and kills it there; it may end before.</summary>
    public async Task<Ended> KillAsync(Func<Child> start, KillPoint point)
    {
        Child child;
        lock (_turn)
        {
            // What it opens from now on waits for this turn's end.
            child = start();
            _target = new Target(child, point);
        }
        await using (child)
        {
            try
            {
                return await child.EndAsync();
            }
            finally
            {
                lock (_turn) _target = null;
            }
        }
    }

    public void Dispose()
    {
        _isOver = true;
        _thread.Join();
        _ = Close(_group);
    }

    /// <summary>A thread of its own: a kill at the right moment must not wait for its turn in a pool.</summary>
    private void Meet()
    {
        var events = new byte[64 * EventBytes];
        while (!_isOver)
        {
            var wanted = new Wanted { File = _group, Events = Readable };
            if (Poll(ref wanted, 1, LookMilliseconds) <= 0) continue;
            var length = (int)Read(_group, events, events.Length);
            for (var at = 0; at + EventBytes <= length;)
            {
                var one = events.AsSpan(at);
                at += BinaryPrimitives.ReadInt32LittleEndian(one);
                var kinds = BinaryPrimitives.ReadUInt64LittleEndian(one[8..]);
                var file = BinaryPrimitives.ReadInt32LittleEndian(one[16..]);
                lock (_turn) Meet(kinds, file, BinaryPrimitives.ReadInt32LittleEndian(one[20..]));
                _ = Close(file);
            }
        }
    }

    private void Meet(ulong kinds, int file, int pid)
    {
        var isAsked = (kinds & OpenAsked) != 0;
        var isAllowed = true;
        if (_target is { } target && target.Child.Pid == pid)
        {
            var isHere = isAsked && target.Openings++ == target.Point.Opening;
            if (isHere && target.Point.Moment == KillMoment.BeforeLine) target.Kill();
            if (target.IsDue && (kinds & Write) != 0)
            {
                // What it wants to open meanwhile is held back: it gets no farther than what the line announced.
                var nothing = default(Wanted);
                if (target.Point.Delay > TimeSpan.Zero)
                    _ = Poll(ref nothing, 0, (int)target.Point.Delay.TotalMilliseconds);
                target.Kill();
            }
            target.IsDue |= isHere;
            isAllowed = !target.IsKilled;
        }
        if (isAsked) Answer(file, isAllowed);
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

    private sealed class Target(Child child, KillPoint point)
    {
        public Child Child => child;

        public KillPoint Point => point;

        public int Openings { get; set; }

        /// <summary>Whether the next write is the one that is waited for.</summary>
        public bool IsDue { get; set; }

        public bool IsKilled { get; private set; }

        public void Kill()
        {
            if (!IsKilled && !child.HasExited) child.Signal(Signals.Kill);
            IsKilled = true;
        }
    }
}
