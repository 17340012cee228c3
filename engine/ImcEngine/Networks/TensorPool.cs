using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ImcEngine.Networks;

/// <summary>
/// Memory of tensors that live for a while. What is given back is taken again first: of the images that a thread carries, one's tensors soon take the place of another's,
/// which is still in the caches. For one thread at a time.
/// </summary>
internal sealed class TensorPool<T> where T : unmanaged
{
    private readonly Dictionary<int, Stack<T[]>> _free = [];

    /// <summary>Elements that were ever allocated: what was under way at once, at its most.</summary>
    public long Allocated { get; private set; }

    /// <summary>Contents are whatever was left there.</summary>
    public T[] Take(int length)
    {
        if (_free.TryGetValue(length, out var free) && free.TryPop(out var tensor)) return tensor;
        Allocated += length;
        // Pinned, so that kernels can be handed several images' tensors by their addresses.
        return GC.AllocateUninitializedArray<T>(length, pinned: true);
    }

    public void Give(T[] tensor)
    {
        ref var free = ref CollectionsMarshal.GetValueRefOrAddDefault(_free, tensor.Length, out _);
        (free ??= new()).Push(tensor);
    }
}

/// <summary>Memory of one sort of tensors of one image, each in its place from when it is made to when it is let go.</summary>
/// <param name="pool">Shared with other images of the thread.</param>
/// <param name="tensors">Of the network.</param>
internal sealed class TensorPlaces<T>(TensorPool<T> pool, int tensors) where T : unmanaged
{
    private readonly T[]?[] _places = new T[]?[tensors];

    /// <summary>Where it has none yet.</summary>
    public T[] Make(int tensor, int length) => _places[tensor] ??= pool.Take(length);

    /// <exception cref="InvalidOperationException">It is not made yet, or was let go.</exception>
    public T[] Of(int tensor) => _places[tensor] ?? throw new InvalidOperationException($"Tensor {tensor} is not made yet, or its last reader is done.");

    public void LetGo(int tensor)
    {
        ref var place = ref _places[tensor];
        if (place is null) return;
        pool.Give(place);
        place = null;
    }

    public unsafe T* Pointer(int tensor) => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Of(tensor)));
}
