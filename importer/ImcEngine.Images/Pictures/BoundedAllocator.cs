using System.Buffers;
using System.Runtime.CompilerServices;
using SixLabors.ImageSharp.Memory;

namespace ImcEngine.Images.Pictures;

/// <summary>Gives ImageSharp memory of zeros, never what a picture before left: a damaged file of which too little was read decodes to the
/// same bytes each time. One buffer is at most as large as four bytes for each pixel of the largest picture.</summary>
internal sealed class BoundedAllocator : MemoryAllocator
{
    private const long MostBytes = 4L * PictureLimits.MostPixels;

    public override IMemoryOwner<T> Allocate<T>(int length, AllocationOptions options = AllocationOptions.None) =>
        length >= 0 && (long)length * Unsafe.SizeOf<T>() <= MostBytes
            ? new Zeros<T>(length)
            : throw new InvalidMemoryOperationException($"{length} elements of {Unsafe.SizeOf<T>()} bytes are asked for.");

    protected override int GetBufferCapacityInBytes() => (int)MostBytes;

    private sealed class Zeros<T>(int length) : IMemoryOwner<T>
    {
        public Memory<T> Memory { get; } = new T[length];

        public void Dispose()
        {
        }
    }
}
