using System.Buffers;

namespace ImcEngine.Images.Pictures;

/// <summary>Memory of zeros, that no picture before has used.</summary>
internal sealed class ZeroedMemory<T>(int length) : IMemoryOwner<T>
{
    public Memory<T> Memory { get; } = new T[length];

    public void Dispose()
    {
    }
}
