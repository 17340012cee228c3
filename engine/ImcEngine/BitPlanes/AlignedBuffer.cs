using System.Runtime.CompilerServices;

namespace ImcEngine.BitPlanes;

/// <summary>Zeroed memory that begins at a cache-line boundary, so that no vector load crosses one. It is garbage-collected like any
/// array.</summary>
internal sealed unsafe class AlignedBuffer
{
    private const int Alignment = 64;

    /// <summary>Never read. It keeps the memory behind <see cref="Pointer"/> from being collected while this object is reachable.</summary>
    private readonly byte[] _bytes;

    public AlignedBuffer(long bytes)
    {
        if (bytes > Array.MaxLength - Alignment)
            throw new ImcException($"A buffer of {bytes:N0} bytes is needed; at most {Array.MaxLength:N0} can be allocated. "
                + "Use a smaller layer or fewer planes.");
        Length = bytes;
        _bytes = GC.AllocateArray<byte>((int)bytes + Alignment, pinned: true);
        Pointer = (byte*)(((nint)Unsafe.AsPointer(ref _bytes[0]) + Alignment - 1) & -Alignment);
    }

    public long Length { get; }

    /// <summary>Valid as long as this object is reachable. Neither the pointer nor a span of it keeps the object alive: their user must
    /// hold the object, in a field of something that outlives the use or by a <see cref="GC.KeepAlive"/> after it.</summary>
    public byte* Pointer { get; }

    public Span<T> Span<T>(int count) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)count * sizeof(T), Length);
        return new(Pointer, count);
    }
}
