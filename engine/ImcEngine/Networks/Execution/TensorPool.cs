using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// Memory of tensors that live for a while. What is given back is taken again first: of the images that a thread carries, one's tensors
/// soon take the place of another's, which is still in the caches. Rows of whole cache lines share none with their neighbours, which
/// another thread may write. For one thread at a time.
/// </summary>
internal sealed class TensorPool<T> where T : unmanaged
{
    private readonly Dictionary<int, Stack<AlignedBuffer>> _free = [];

    /// <summary>Elements that were ever allocated: what was under way at once, at its most.</summary>
    public long Allocated { get; private set; }

    /// <summary>Contents are whatever was left there.</summary>
    public unsafe AlignedBuffer Take(int length)
    {
        if (_free.TryGetValue(length, out var free) && free.TryPop(out var tensor)) return tensor;
        Allocated += length;
        return new((long)length * sizeof(T));
    }

    public void Give(AlignedBuffer tensor, int length)
    {
        ref var free = ref CollectionsMarshal.GetValueRefOrAddDefault(_free, length, out _);
        (free ??= new()).Push(tensor);
    }
}

/// <summary>A tensor's elements, which do not move: unlike a span, what threads are handed can hold it.
/// Valid until the tensor is let go.</summary>
internal readonly unsafe struct TensorMemory<T>(Span<T> elements) where T : unmanaged
{
    private readonly int _length = elements.Length;

    public T* Pointer { get; } = (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(elements));

    public Span<T> Elements => new(Pointer, _length);
}

/// <summary>Memory of one sort of tensors of one image, each in its place from when it is made to when it is let go.</summary>
/// <param name="pool">Shared with other images of the thread.</param>
/// <param name="tensors">Of the network.</param>
internal sealed unsafe class TensorPlaces<T>(TensorPool<T> pool, int tensors) where T : unmanaged
{
    private readonly (AlignedBuffer? Memory, int Length)[] _places = new (AlignedBuffer?, int)[tensors];

    /// <summary>Where it has none yet.</summary>
    public Span<T> Make(int tensor, int length)
    {
        if (_places[tensor].Memory is null) _places[tensor] = (pool.Take(length), length);
        return Elements(tensor);
    }

    /// <exception cref="InvalidOperationException">It is not made yet, or was let go.</exception>
    public Span<T> Elements(int tensor) => new(Pointer(tensor), _places[tensor].Length);

    /// <inheritdoc cref="Elements"/>
    public T* Pointer(int tensor) =>
        (T*)(_places[tensor].Memory
            ?? throw new InvalidOperationException($"Tensor {tensor} is not made yet, or its last reader is done.")).Pointer;

    public void LetGo(int tensor)
    {
        ref var place = ref _places[tensor];
        if (place.Memory is null) return;
        pool.Give(place.Memory, place.Length);
        place = default;
    }
}
