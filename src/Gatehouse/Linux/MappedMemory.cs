using System.Buffers;
using System.Runtime.InteropServices;

namespace Gatehouse.Linux;

/// <summary>
/// Memory in pages of its own, outside the garbage collector's heap: what is counted is what is held, and giving it
/// back waits for nothing. Its owner disposes it once nobody reads it any more. It has no finalizer: a span into it
/// does not keep it alive, so that one could take the pages from under a reader (CA2015).
/// </summary>
internal sealed unsafe partial class MappedMemory : MemoryManager<byte>
{
    private const int StepBytes = 64 * 1024;

    // mmap(2) and mremap(2).
    private const int ReadAndWrite = 0x1 | 0x2;
    private const int PrivateAnonymous = 0x02 | 0x20;
    private const int MayMove = 1;
    private const nint Failed = -1;

    private nint _address;

    public MappedMemory(int length)
    {
        length = RoundUp(length);
        _address = Map(0, (nuint)length, ReadAndWrite, PrivateAnonymous, -1, 0);
        if (_address == Failed) throw NoMemory();
        Length = length;
    }

    public int Length { get; private set; }

    public static int RoundUp(int length) => checked(length + StepBytes - 1) / StepBytes * StepBytes;

    /// <summary>Pages that were there may get another address: spans taken before are void, memory is not.</summary>
    public void GrowTo(int length)
    {
        length = RoundUp(length);
        var moved = Remap(_address, (nuint)Length, (nuint)length, MayMove);
        if (moved == Failed) throw NoMemory();
        (_address, Length) = (moved, length);
    }

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_address == 0, this);
        return new Span<byte>((void*)_address, Length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_address == 0, this);
        return new MemoryHandle((void*)(_address + elementIndex));
    }

    public override void Unpin()
    {
        // Pages do not move while nobody grows them.
    }

    protected override void Dispose(bool disposing)
    {
        var address = Interlocked.Exchange(ref _address, 0);
        if (address is not (0 or Failed)) _ = Unmap(address, (nuint)Length);
    }

    private static InsufficientMemoryException NoMemory()
        => new($"The system gives no more memory: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mremap", SetLastError = true)]
    private static partial nint Remap(nint address, nuint length, nuint newLength, int flags);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
