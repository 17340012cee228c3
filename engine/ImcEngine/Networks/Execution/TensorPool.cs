using System.Runtime.InteropServices;
using ImcEngine.BitPlanes;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// Memory of tensors that are released and reused. The memory given back last is taken first, so it is probably still in the caches. A
/// tensor occupies whole cache lines, so it shares none with another tensor that another thread may write. For one thread at a time.
/// </summary>
internal sealed class TensorPool<T> where T : unmanaged
{
    private readonly Dictionary<int, Stack<AlignedBuffer>> _free = [];

    /// <summary>The number of elements that were allocated, the maximum ever in use.</summary>
    public long Allocated { get; private set; }

    /// <summary>Returns memory with undefined contents.</summary>
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

/// <summary>The elements of a tensor, at a fixed address. Unlike a span, it can be a field of the work that threads get. Valid until the
/// tensor is released.</summary>
internal readonly unsafe struct TensorMemory<T>(T* pointer, int length) where T : unmanaged
{
    public T* Pointer => pointer;

    public Span<T> Elements => new(pointer, length);
}

/// <summary>The memory of the tensors of one element type of one image. A tensor is allocated when it is computed and released after its
/// last use.</summary>
/// <param name="pool">The pool, shared with the other images of the thread.</param>
/// <param name="tensors">The number of tensors of the network.</param>
internal sealed unsafe class TensorPlaces<T>(TensorPool<T> pool, int tensors) where T : unmanaged
{
    private readonly (AlignedBuffer? Memory, int Length)[] _places = new (AlignedBuffer?, int)[tensors];

    /// <summary>Allocates a tensor if it is not allocated yet, and returns its elements.</summary>
    public Span<T> Make(int tensor, int length)
    {
        if (_places[tensor].Memory is null) _places[tensor] = (pool.Take(length), length);
        return Elements(tensor);
    }

    /// <summary>Returns the elements of a tensor.</summary>
    /// <exception cref="InvalidOperationException">The tensor is not allocated yet, or was released.</exception>
    public Span<T> Elements(int tensor) => Memory(tensor).Elements;

    /// <inheritdoc cref="Elements"/>
    public TensorMemory<T> Memory(int tensor) => new(Pointer(tensor), _places[tensor].Length);

    /// <inheritdoc cref="Elements"/>
    public T* Pointer(int tensor) =>
        (T*)(_places[tensor].Memory
            ?? throw new InvalidOperationException($"Tensor {tensor} is not computed yet, or was released after its last reader.")).Pointer;

    public void LetGo(int tensor)
    {
        ref var place = ref _places[tensor];
        if (place.Memory is null) return;
        pool.Give(place.Memory, place.Length);
        place = default;
    }
}
