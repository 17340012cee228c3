using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.Kernels;

namespace ImcEngine.Tests.Kernels;

/// <summary>
/// The bit-sliced building blocks of the vertical kernels at one vector width, spoken to in integers: one per lane.
/// Everything they read or write ends at a guard page.
/// </summary>
internal abstract class VerticalBodies
{
    private static readonly VerticalBodies[] Widths =
    [
        new VerticalBodies<Lanes64, ulong>(), new VerticalBodies<Lanes256, Vector256<ulong>>(), new VerticalBodies<Lanes512, Vector512<ulong>>(),
        .. Avx512F.VL.IsSupported ? [new VerticalBodies<Lanes256Ternary, Vector256<ulong>>()] : Array.Empty<VerticalBodies>(),
        .. Avx512F.IsSupported ? [new VerticalBodies<Lanes512Ternary, Vector512<ulong>>()] : Array.Empty<VerticalBodies>(),
    ];

    /// <summary>The lane structs that this machine can run.</summary>
    public static TheoryData<string> Names { get; } = [.. Widths.Select(width => width.Name)];

    public abstract string Name { get; }
    public abstract int Lanes { get; }

    public static VerticalBodies Of(string name) => Widths.Single(width => width.Name == name);

    /// <summary>start[lane] + the set bits of the listed rows, modulo 2^planes.</summary>
    /// <param name="table"><c>[row][lane word]</c>.</param>
    public abstract int[] Count(ulong[] table, int[] rows, int planes, int[] start);

    /// <param name="thresholds"><c>[threshold][lane]</c>.</param>
    public abstract int[] Convert(int[] counts, int planes, int[][] thresholds, int codePlanes);

    /// <summary>accumulator + or - code * 2^shift, in two's complement of so many planes.</summary>
    public abstract int[] Accumulate(int[] accumulator, int planes, int[] code, int codePlanes, int shift, bool subtract);

    /// <summary>constant + scalar, modulo 2^planes; without a constant the scalar alone.</summary>
    public abstract int[] Combine(int[][] codes, int codePlanes, bool subtractLast);
    public abstract int[] Start(int[]? constant, int scalar, int planes);

    /// <summary>Integers of bit slices <c>[plane][word]</c>.</summary>
    public abstract int[] Transpose(ulong[] slices, int planes);

    /// <summary>The five operations on whole words: and, xor, not a, sum, carry.</summary>
    public abstract ulong[] Operations(ulong a, ulong b, ulong c);
}

internal sealed unsafe class VerticalBodies<TLanes, TVector> : VerticalBodies
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    public override string Name => typeof(TLanes).Name;
    public override int Lanes => TLanes.Bits;

    private int Words => TLanes.Bits / 64;

    public override int[] Count(ulong[] table, int[] rows, int planes, int[] start)
    {
        using var tableMemory = new GuardedMemory<ulong>(table);
        using var list = new GuardedMemory<int>([.. rows.Select(row => row * sizeof(TVector))]);
        using var counter = Sliced(start, planes);
        VerticalCounter<TLanes, TVector>.Add((byte*)tableMemory.Pointer, list.Pointer, rows.Length, (TVector*)counter.Pointer, planes);
        return Unsliced(counter.Span, planes);
    }

    public override int[] Convert(int[] counts, int planes, int[][] thresholds, int codePlanes)
    {
        using var countMemory = Sliced(counts, planes);
        var plan = new ComparisonPlan(thresholds.Length, codePlanes, planes, planes, false);
        using var masks = new GuardedMemory<ulong>(Masks(plan, thresholds));
        using var code = Sliced([.. Enumerable.Repeat(-1, Lanes)], codePlanes);
        BitSlicedAdc<TLanes, TVector>.Convert((TVector*)countMemory.Pointer, plan, (TVector*)masks.Pointer, (TVector*)code.Pointer);
        return Unsliced(code.Span, codePlanes);
    }

    public override int[] Accumulate(int[] accumulator, int planes, int[] code, int codePlanes, int shift, bool subtract)
    {
        using var sum = Sliced(accumulator, planes);
        using var codes = Sliced(code, codePlanes);
        if (subtract) BitSlicedAccumulator<TLanes, TVector>.Subtract((TVector*)sum.Pointer, planes, (TVector*)codes.Pointer, codePlanes, false, shift);
        else BitSlicedAccumulator<TLanes, TVector>.Add((TVector*)sum.Pointer, planes, (TVector*)codes.Pointer, codePlanes, false, shift);
        return Transpose(sum.Pointer, planes);
    }

    public override int[] Combine(int[][] codes, int codePlanes, bool subtractLast)
    {
        int planes = codePlanes + codes.Length;
        using var sum = Sliced(new int[Lanes], planes);
        for (int bit = 0; bit < codes.Length; bit++)
        {
            using var code = Sliced(codes[bit], codePlanes);
            CodeCombiner<TLanes, TVector>.Add((TVector*)sum.Pointer, bit, (TVector*)code.Pointer, codePlanes, subtractLast && bit == codes.Length - 1);
        }
        return Transpose(sum.Pointer, planes);
    }

    public override int[] Start(int[]? constant, int scalar, int planes)
    {
        using var counter = Sliced(new int[Lanes], planes);
        if (constant is null)
        {
            BitSlicedAccumulator<TLanes, TVector>.Start(scalar, (TVector*)counter.Pointer, planes);
            return Unsliced(counter.Span, planes);
        }
        using var constants = Sliced(constant, planes);
        BitSlicedAccumulator<TLanes, TVector>.Start((TVector*)constants.Pointer, scalar, (TVector*)counter.Pointer, planes);
        return Unsliced(counter.Span, planes);
    }

    public override ulong[] Operations(ulong a, ulong b, ulong c)
    {
        TVector A = All(a), B = All(b), C = All(c);
        return [One(TLanes.And(A, B)), One(TLanes.Xor(A, B)), One(TLanes.Not(A)), One(TLanes.Sum(A, B, C)), One(TLanes.Carry(A, B, C)), One(TLanes.Zero), One(TLanes.Ones)];
    }

    private TVector All(ulong word)
    {
        var vector = TLanes.Zero;
        new Span<ulong>(&vector, Words).Fill(word);
        return vector;
    }

    private ulong One(TVector vector)
    {
        var words = new Span<ulong>(&vector, Words).ToArray();
        return Assert.Single(words.Distinct());
    }

    public override int[] Transpose(ulong[] slices, int planes)
    {
        using var memory = new GuardedMemory<ulong>(slices);
        using var inOrder = new GuardedMemory<int>(new int[Lanes]);
        BitTranspose<TLanes, TVector>.ToIntegersInOrder((TVector*)memory.Pointer, planes, inOrder.Pointer);
        int[] transposed = Transpose(memory.Pointer, planes);
        Assert.Equal(transposed, inOrder.Span.ToArray());
        return transposed;
    }

    /// <summary>In the order of lanes.</summary>
    private int[] Transpose(ulong* slices, int planes)
    {
        using var turned = new GuardedMemory<int>(new int[Lanes]);
        BitTranspose<TLanes, TVector>.ToIntegers((TVector*)slices, planes, turned.Pointer);
        int[] integers = turned.Span.ToArray();
        return [.. Enumerable.Range(0, Lanes).Select(lane => integers[(lane & ~63) + 8 * (lane & 7) + (lane >> 3 & 7)])];
    }

    /// <summary>Comparison k = 1, 2, ... of each four: the start, then the complements of the threshold's bits; comparison 0 and those beyond the last stay 0.</summary>
    private ulong[] Masks(ComparisonPlan plan, int[][] thresholds)
    {
        var masks = new ulong[plan.MaskVectors * Words];
        for (int k = 1; k <= thresholds.Length; k++)
        {
            ulong[] bits = [.. Enumerable.Repeat(ulong.MaxValue, Words), .. BitSlices.Of([.. thresholds[k - 1].Select(t => ~t)], plan.LowPlanes)];
            for (int row = 0; row <= plan.LowPlanes; row++)
                bits.AsSpan(row * Words, Words).CopyTo(masks.AsSpan(((k / 4 * (1 + plan.LowPlanes) + row) * 4 + k % 4) * Words));
        }
        return masks;
    }

    private static GuardedMemory<ulong> Sliced(int[] integers, int planes) => new(BitSlices.Of(integers, planes));

    private static int[] Unsliced(ReadOnlySpan<ulong> slices, int planes) => BitSlices.ToIntegers(slices, planes);
}

/// <summary>One integer per lane as planes of words, and back: <c>[plane][word]</c>, lane l = bit (l mod 64) of word l / 64. Plain loops.</summary>
internal static class BitSlices
{
    public static ulong[] Of(int[] integers, int planes)
    {
        int words = integers.Length / 64;
        var slices = new ulong[planes * words];
        for (int plane = 0; plane < planes; plane++)
            for (int lane = 0; lane < integers.Length; lane++)
                slices[plane * words + lane / 64] |= (ulong)((long)integers[lane] >> plane & 1) << lane % 64;
        return slices;
    }

    /// <summary>Without sign.</summary>
    public static int[] ToIntegers(ReadOnlySpan<ulong> slices, int planes)
    {
        int words = slices.Length / planes;
        var integers = new int[words * 64];
        for (int plane = 0; plane < planes; plane++)
            for (int lane = 0; lane < integers.Length; lane++)
                integers[lane] |= (int)(slices[plane * words + lane / 64] >> lane % 64 & 1) << plane;
        return integers;
    }
}
