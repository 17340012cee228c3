using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// Counts the driven rows of a conversion that match each column's stored bits, as one integer per column.
/// <code>
/// matches = inputs 0 and 1: count(x and w)     inputs -1 and +1: count(x and w) + count(driven and not x and not w)
/// s       = weight bits 0 and 1: matches - count(driven and not x), the latter only of inputs -1 and +1
///           weight bits -1 and +1: 2 matches - rows listed
/// rows      [convGroup][vector of columns][flat row; with inputs -1 and +1 then all rows complemented; then a row of zeros][lane word]
/// </code>
/// Columns are assigned to lanes by <see cref="BitTranspose.LaneOf"/>.
/// </summary>
internal abstract unsafe class MatchCounter
{
    /// <summary>Made for the first count: a die whose codes follow from whole counts takes another kernel.</summary>
    private readonly Lazy<AlignedBuffer> _rows;
    private readonly int _flatRows, _tableRows;

    protected MatchCounter(MappedLayer layer, PackedWeights weights, int lanes)
    {
        Blocks = (layer.Map.GroupPlanes + lanes - 1) / lanes;
        RowBytes = lanes / 8;
        BlockColumns = lanes;
        _flatRows = weights.Rows;
        bool complemented = layer.Map.Product.HasSignedInputBits();
        _tableRows = _flatRows * (complemented ? 2 : 1) + 1;
        RowList = new(RowBytes);
        Bytes = (long)layer.Map.Geometry.Groups * Blocks * _tableRows * RowBytes;
        _rows = new(() =>
        {
            var rows = new AlignedBuffer(Bytes);
            for (int convGroup = 0; convGroup < layer.Map.Geometry.Groups; convGroup++)
                for (int column = 0; column < layer.Map.GroupPlanes; column++)
                    PackColumn(weights.Column(convGroup, column), (ulong*)RowsIn(rows, convGroup, column / BlockColumns), column,
                        complemented);
            return rows;
        });
    }

    public WideRowList RowList { get; }

    /// <summary>The number of columns that are counted at once.</summary>
    public int BlockColumns { get; }

    /// <summary>The number of blocks of a convolution group's columns.</summary>
    public int Blocks { get; }

    /// <summary>The columns of a convolution group, rounded up to whole blocks.</summary>
    public int Columns => Blocks * BlockColumns;

    /// <summary>The list entry of the row of zeros.</summary>
    public int ZeroRow => RowList.OffsetOf(_tableRows - 1);

    /// <summary>The first of the complemented rows.</summary>
    public int ComplementRow => _flatRows;

    public long Bytes { get; }

    /// <summary>The length of a row list is a multiple of this.</summary>
    public static int RowStep => CarrySaveCounterEmitter.RowStep;

    protected int RowBytes { get; }

    /// <summary>Returns the widest counter of this machine that the columns can use: empty lanes cost as much as used ones.</summary>
    public static MatchCounter Create(MappedLayer layer, PackedWeights weights) => layer.Map.GroupPlanes switch
    {
        > 256 when Avx512F.IsSupported => new MatchCounter<Lanes512Ternary, Vector512<ulong>>(layer, weights),
        > 64 when Avx512F.VL.IsSupported => new MatchCounter<Lanes256Ternary, Vector256<ulong>>(layer, weights),
        > 64 => new MatchCounter<Lanes256, Vector256<ulong>>(layer, weights),
        _ => new MatchCounter<Lanes64, ulong>(layer, weights),
    };

    /// <summary>Counts the matches of one block of columns.</summary>
    /// <param name="convGroup">The convolution group.</param>
    /// <param name="block">The block of <see cref="BlockColumns"/> columns.</param>
    /// <param name="selection">The driven rows.</param>
    /// <param name="matches">One count per column of the block; written.</param>
    public abstract void Count(int convGroup, int block, in DrivenRows selection, int* matches);

    /// <summary>Counts the matches of all columns on all input planes.</summary>
    /// <param name="driven">The driven rows, one per input plane.</param>
    /// <param name="matches">The counts, <c>[input plane][column]</c>, <see cref="Columns"/> from each other; written.</param>
    public void CountPlanes(int convGroup, DrivenRows* driven, int planes, int* matches)
    {
        for (int plane = 0; plane < planes; plane++, matches += Columns)
            for (int block = 0; block < Blocks; block++) Count(convGroup, block, driven[plane], matches + block * BlockColumns);
    }

    /// <summary>Counts the matches of one block of columns.</summary>
    /// <param name="matches">One count per column of the block; written.</param>
    /// <returns>Whether every count fits a byte; otherwise nothing was written.</returns>
    public abstract bool TryCount(int convGroup, int block, in DrivenRows selection, byte* matches);

    protected byte* Rows(int convGroup, int block) => RowsIn(_rows.Value, convGroup, block);

    private byte* RowsIn(AlignedBuffer rows, int convGroup, int block) =>
        rows.Pointer + ((long)convGroup * Blocks + block) * _tableRows * RowBytes;

    private void PackColumn(ReadOnlySpan<ulong> bits, ulong* block, int column, bool complemented)
    {
        int lane = BitTranspose.LaneOf(column % BlockColumns, BlockColumns);
        ulong* at = block + lane / 64;
        for (int row = 0; row < _flatRows; row++, at += RowBytes / 8)
        {
            ulong bit = bits[row >> 6] >> (row & 63) & 1;
            *at |= bit << (lane & 63);
            if (complemented) at[ComplementRow * (RowBytes / 8)] |= (bit ^ 1) << (lane & 63);
        }
    }
}

/// <summary>The counter at one vector width.</summary>
internal sealed unsafe class MatchCounter<TLanes, TVector> : MatchCounter
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private const int MostPlanes = 32;

    private readonly ConversionProgram _program;
    private readonly int _planes;

    public MatchCounter(MappedLayer layer, PackedWeights weights) : base(layer, weights, TLanes.Bits)
    {
        _planes = Math.Max(PlaneCount.Holding(layer.LargestGroup), CarrySaveCounterEmitter.LeastPlanes);
        _program = ConversionCompiler<TLanes, TVector>.Compile(ConversionSpec.OfCounts(_planes) with { HasWideLists = true });
    }

    [SkipLocalsInit]
    public override void Count(int convGroup, int block, in DrivenRows selection, int* matches)
    {
        var counts = stackalloc TVector[MostPlanes];
        BitTranspose<TLanes, TVector>.ToIntegers(counts, Count(convGroup, block, selection, counts), matches);
    }

    [SkipLocalsInit]
    public override bool TryCount(int convGroup, int block, in DrivenRows selection, byte* matches)
    {
        const int BytePlanes = 8;
        var counts = stackalloc TVector[MostPlanes];
        int planes = Count(convGroup, block, selection, counts);
        for (int plane = BytePlanes; plane < planes; plane++)
            if (!counts[plane].Equals(default(TVector))) return false;
        BitTranspose<TLanes, TVector>.ToBytes(counts, Math.Min(planes, BytePlanes), matches);
        return true;
    }

    /// <summary>Counts the matches; returns the number of planes that they take.</summary>
    private int Count(int convGroup, int block, in DrivenRows selection, TVector* counts)
    {
        var conversion = new Conversion(selection.MatchRows, selection.MatchRowCount, null, null);
        _program(Rows(convGroup, block), &conversion, 1, null, null, null, (byte*)counts, 0);
        // No count exceeds the number of listed rows.
        return Math.Min(PlaneCount.Holding(selection.MatchRowCount), _planes);
    }
}
