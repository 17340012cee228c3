using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.Kernels;

internal static class Widening
{
    /// <summary>int32 to int64.</summary>
    public static void Copy(ReadOnlySpan<int> from, Span<long> to)
    {
        int i = 0;
        ref int source = ref MemoryMarshal.GetReference(from);
        ref long destination = ref MemoryMarshal.GetReference(to);
        for (; i <= from.Length - Vector256<int>.Count; i += Vector256<int>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)i));
            low.StoreUnsafe(ref destination, (nuint)i);
            high.StoreUnsafe(ref destination, (nuint)i + 4);
        }
        for (; i < from.Length; i++) to[i] = from[i];
    }
}
