using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Tests.Kernels.BitSliced;

/// <summary>
/// The parts of conversion programs at one vector width, with an interface of integers: one per lane. All memory that they read or write
/// ends at a guard page.
/// </summary>
internal abstract class VerticalBodies
{
    private static readonly VerticalBodies[] Widths =
    [
        new VerticalBodies<Lanes64, ulong>(), new VerticalBodies<Lanes256, Vector256<ulong>>(),
        new VerticalBodies<Lanes512, Vector512<ulong>>(),
        .. Avx512F.VL.IsSupported ? [new VerticalBodies<Lanes256Ternary, Vector256<ulong>>()] : Array.Empty<VerticalBodies>(),
        .. Avx512F.IsSupported ? [new VerticalBodies<Lanes512Ternary, Vector512<ulong>>()] : Array.Empty<VerticalBodies>(),
    ];

    /// <summary>The lane structs that this machine can run.</summary>
    public static TheoryData<string> Names { get; } = [.. Widths.Select(width => width.Name)];

    public abstract string Name { get; }
    public abstract int Lanes { get; }

    public static VerticalBodies Of(string name) => Widths.Single(width => width.Name == name);

    /// <summary>What counts start from, a number per lane or the same in all.</summary>
    public readonly record struct CountStart(int Constant = 0, int[]? Common = null, int[]? Vectors = null, int? Words = null);

    /// <summary>start + the set bits of the listed rows, modulo 2^planes.</summary>
    /// <param name="table"><c>[row][lane word]</c>.</param>
    public abstract int[] Count(ulong[] table, int[] rows, int planes, CountStart start);

    /// <summary>Codes of counts by thresholds that all lanes share.</summary>
    public abstract int[] Convert(int[] counts, SharedThresholds thresholds);

    /// <summary>Codes of counts, each lane a column of its own: as many columns as lanes.</summary>
    public abstract int[] ConvertLanes(int[] counts, IColumnConstants columns);

    /// <summary>Codes of counts, all lanes one column.</summary>
    public abstract int[] ConvertColumn(int[] counts, IColumnConstants columns, int column);

    /// <summary>accumulator + number of the codes, modulo 2^planes.</summary>
    /// <param name="codes"><c>[bit][lane]</c>, the most significant bit first.</param>
    public abstract int[] Accumulate(int[] accumulator, int planes, int[][] codes, int codePlanes, bool firstIsNegative,
        bool isComplemented);

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

    public override int[] Count(ulong[] table, int[] rows, int planes, CountStart start)
    {
        using var tableMemory = new GuardedMemory<ulong>(table);
        using var list = new GuardedMemory<ushort>([.. rows.Select(row => checked((ushort)(row * Words)))]);
        using var wideList = new GuardedMemory<int>([.. rows.Select(row => row * sizeof(TVector))]);
        using GuardedMemory<ulong> common = Sliced(start.Common ?? [], planes), vectors = Sliced(start.Vectors ?? [], planes);
        using var words = new GuardedMemory<ulong>(
            [.. Enumerable.Range(0, planes).Select(plane => (start.Words ?? 0) >> plane << 31 < 0 ? ulong.MaxValue : 0)]);
        using var counter = Sliced([.. Enumerable.Repeat(-1, Lanes)], planes);
        var parts = (start.Common is null ? 0 : StartParts.Common) | (start.Vectors is null ? 0 : StartParts.Vectors)
            | (start.Words is null ? 0 : StartParts.Words);
        var spec = ConversionSpec.OfCounts(planes) with { Start = parts, StartCounts = start.Constant };
        int[] CountOf(ConversionSpec ofLists, void* all)
        {
            // The vectors of the second block.
            var conversion = new Conversion(all, rows.Length, (byte*)vectors.Pointer - sizeof(TVector), words.Pointer);
            ConversionCompiler<TLanes, TVector>.Compile(ofLists)((byte*)tableMemory.Pointer, &conversion, 1, common.Pointer,
                (byte*)null + sizeof(TVector), null, (byte*)counter.Pointer, 0);
            return Unsliced(counter.Span, planes);
        }

        int[] counts = CountOf(spec, list.Pointer);
        Assert.Equal(counts, CountOf(spec with { HasWideLists = true }, wideList.Pointer));
        return counts;
    }

    public override int[] Convert(int[] counts, SharedThresholds thresholds) =>
        Convert(counts, thresholds.CountOffset, thresholds.Plan, [], []);

    public override int[] ConvertLanes(int[] counts, IColumnConstants columns)
    {
        var constants = new LaneConstants(columns, sets: 1, columns: Lanes, blocks: 1, sizeof(TVector), lane => lane);
        return Convert(counts, columns.CountOffset, columns.PlanFor(ColumnLayout.Lanes),
            new Span<ulong>(constants.AddressOf(0, 0), columns.BitCount * Words).ToArray(), []);
    }

    public override int[] ConvertColumn(int[] counts, IColumnConstants columns, int column)
    {
        var constants = new ByteConstants(columns, sets: 1, columns: Lanes, sizeof(TVector));
        return Convert(counts, columns.CountOffset, columns.PlanFor(ColumnLayout.Bytes), [],
            new Span<byte>(constants.AddressOf(0, column), columns.ByteCount).ToArray());
    }

    private int[] Convert(int[] counts, int countOffset, ConversionPlan plan, ulong[] ofLanes, byte[] ofColumn)
    {
        using var countMemory = Sliced([.. counts.Select(count => count - countOffset)], plan.Planes);
        using var laneMemory = new GuardedMemory<ulong>(ofLanes);
        using var columnMemory = new GuardedMemory<byte>(ofColumn);
        using var code = Sliced(new int[Lanes], plan.CodePlanes);
        var program = ConversionCompiler<TLanes, TVector>.Compile(
            new(1, false, 0, StartParts.Common, 0, plan, false, plan.CodePlanes));
        var conversion = new Conversion(null, 0, null, columnMemory.Pointer);
        program(null, &conversion, 1, countMemory.Pointer, null, laneMemory.Pointer, (byte*)code.Pointer, 0);
        return Unsliced(code.Span, plan.CodePlanes);
    }

    public override int[] Accumulate(int[] accumulator, int planes, int[][] codes, int codePlanes, bool firstIsNegative,
        bool isComplemented)
    {
        // Thresholds 1, 2, 3, ...: the code is the count.
        int most = (1 << codePlanes) - 1, countPlanes = Math.Max(codePlanes, CarrySaveCounterEmitter.LeastPlanes);
        var plan = new ThresholdsPlan([.. Enumerable.Range(1, most)], countPlanes, IsSigned: false);
        var program = ConversionCompiler<TLanes, TVector>.Compile(
            new(codes.Length, firstIsNegative, 0, StartParts.Vectors, 0, plan, isComplemented, planes));
        using var sum = Sliced(accumulator, planes);
        using var counts = new GuardedMemory<ulong>([.. codes.SelectMany(code => BitSlices.Of(code, countPlanes))]);
        var conversions = new Conversion[codes.Length];
        for (int bit = 0; bit < codes.Length; bit++) conversions[bit] = new(null, 0, counts.Pointer + bit * countPlanes * Words, null);
        fixed (Conversion* all = conversions) program(null, all, 1, null, null, null, (byte*)sum.Pointer, 0);
        return Unsliced(sum.Span, planes);
    }

    public override ulong[] Operations(ulong a, ulong b, ulong c)
    {
        TVector A = All(a), B = All(b), C = All(c);
        return [One(TLanes.And(A, B)), One(TLanes.Xor(A, B)), One(TLanes.Not(A)), One(TLanes.Sum(A, B, C)), One(TLanes.Carry(A, B, C)),
            One(TLanes.Zero), One(TLanes.Ones)];
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
        var ofLane = new int[Lanes];
        for (int i = 0; i < Lanes; i++) ofLane[BitTranspose<TLanes, TVector>.LaneOf(i)] = integers[i];
        return ofLane;
    }

    private static GuardedMemory<ulong> Sliced(int[] integers, int planes) => new(BitSlices.Of(integers, planes));

    private static int[] Unsliced(ReadOnlySpan<ulong> slices, int planes) => BitSlices.ToIntegers(slices, planes);
}

/// <summary>Converts one integer per lane to planes of words and back, by plain loops: <c>[plane][word]</c>, lane l = bit (l mod 64) of
/// word l / 64.</summary>
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
