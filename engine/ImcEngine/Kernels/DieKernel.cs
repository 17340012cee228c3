using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>
/// The kernel of any die (ARITHMETIC §4): every conversion by itself, with its own edges, cells and noise.
/// <code>
/// f = XNOR: not x, else 0        m = XNOR: driven, else x
/// both = count((w ^ f) &amp; m)     s = AND: both, else 2 both - count(m)
/// v    = 4096 s, or with mismatch: sum over rows m &amp; ~f of cells - sum over rows m &amp; f of cells      cells: DieCells
/// tile of pixels -> row group -> block of columns -> pixel -> input plane:  sum, convert, accumulate
/// </code>
/// </summary>
internal sealed class DieKernel : ILayerKernel
{
    private const int TilePixels = 16;

    private readonly MappedLayer _layer;
    private readonly DieCells _cells;
    private readonly IColumnConverter _converter;
    private readonly ColumnBlock[] _blocks;
    private readonly bool _sumsCells, _countsBits;

    private DieKernel(MappedLayer layer, DieCells cells, IColumnConverter converter)
    {
        (_layer, _cells, _converter) = (layer, cells, converter);
        _blocks = ColumnBlock.Of(layer.Map);
        _sumsCells = cells.HasMismatch;
        _countsBits = !_sumsCells || converter.ReadsCounts;
    }

    public bool ReadsPlanes => true;

    /// <summary>What the die takes of memory beyond the mapped network.</summary>
    public long Bytes => _cells.Bytes + _converter.Bytes;

    /// <param name="name">Of the layer, for messages.</param>
    /// <param name="transfers">One, or one per plane pair <c>[inputBit, weightBit]</c>.</param>
    /// <param name="unit">What accumulators count.</param>
    /// <exception cref="ImcException">Cells deviate or are stuck and a row group has more rows than the array has there; or the noise profile cannot be read.</exception>
    public static DieKernel Prepare(string name, MappedLayer layer, MacroSpec macro, IReadOnlyList<AdcTransfer> transfers, AccumulationUnit unit, uint dieSeed)
    {
        var sampler = new DieSampler(macro, dieSeed, layer.Ordinal);
        if ((sampler.HasMismatch || sampler.HasFaults) && layer.LargestGroup > macro.Rows)
            throw new ImcException($"Layer '{name}' has a row group of {layer.LargestGroup} rows, the array {macro.Rows}: such overfull groups have no cells that could deviate or be stuck. Turn macro.legacyOverfull off.");
        var cells = new DieCells(layer, sampler);
        IColumnConverter converter = transfers[0].PassesSums
            ? new SumConverter(NoiseTable.Of(macro.Die, transfers[0], layer), unit)
            : new EdgeConverter(layer, macro, transfers, unit, cells, sampler);
        return new(layer, cells, converter);
    }

    /// <summary>Conversions by a measured table; accumulators count 2^-16.</summary>
    public static DieKernel Prepare(MappedLayer layer, MacroSpec macro, MeasuredTable table, long[] levelUnits) =>
        new(layer, new(layer, new(macro, 0, layer.Ordinal)), new TableConverter(table, levelUnits));

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        for (int convGroup = 0; convGroup < _layer.Map.Geometry.Groups; convGroup++)
            for (int done = 0; done < pixels; done += TilePixels)
                RunTile(planes, context, convGroup, firstPixel + done, Math.Min(TilePixels, pixels - done), scratch, sums);
    }

    private void RunTile(PackedImage image, RunContext context, int convGroup, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        var map = _layer.Map;
        int words = _layer.Patch.Words, columns = map.GroupColumns;
        var patches = scratch.Patches.Span<ulong>(pixels, image.Planes * words);
        var driven = scratch.Driven.Span<ulong>(pixels, words);
        var accumulators = scratch.Accumulators.Span<long>(pixels, columns);
        accumulators.Clear();
        for (int i = 0; i < pixels; i++)
        {
            var patch = patches.Slice(i * image.Planes * words, image.Planes * words);
            _layer.Patch.Read(image, convGroup, firstPixel + i, patch);
            PopcountKernel.MarkDriven(_layer, firstPixel + i, patch, words, driven.Slice(i * words, words));
        }
        var stream = new DrawStream(context.Noise.Run, DrawPurpose.Conversion, _layer.Ordinal, context.Noise.Repeat);
        for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
            foreach (var block in _blocks)
            {
                int array = (convGroup * map.RowTiles + rowGroup / map.Slots) * map.ColumnTiles + block.ColumnTile;
                for (int i = 0; i < pixels; i++)
                    for (int plane = 0; plane < map.InputFormat.Bits; plane++)
                    {
                        var place = new ConversionPlace(array, block.FirstInArray, context.Image, firstPixel + i, rowGroup, plane);
                        var bits = patches.Slice((i * image.Planes + plane) * words, words);
                        RunBlock(convGroup, block, bits, driven.Slice(i * words, words), scratch,
                            new(stream, place, map.InputFormat.PlaneWeight(plane), accumulators.Slice(i * columns + block.First, block.Count)));
                    }
            }
        for (int i = 0; i < pixels; i++) Combine(accumulators.Slice(i * columns, columns), convGroup, firstPixel + i, sums);
    }

    private void RunBlock(int convGroup, ColumnBlock block, ReadOnlySpan<ulong> bits, ReadOnlySpan<ulong> driven, KernelScratch scratch, in BlockConversions at)
    {
        var group = _layer.Map.Groups[at.Place.RowGroup];
        bool xnor = _layer.Map.Product == CellProduct.Xnor;
        int first = group.FirstRow >> 6, words = (group.EndRow + 63) / 64 - first;
        var selections = scratch.Selections.Span<ulong>(2, words);
        Span<ulong> mask = selections[..words], flip = selections[words..];
        for (int word = 0; word < words; word++)
        {
            mask[word] = BitRuns.Masked((xnor ? driven : bits)[first + word], first + word, group.FirstRow, group.EndRow);
            flip[word] = xnor ? ~bits[first + word] : 0;
        }
        Span<int> sums = stackalloc int[ColumnBlock.MostColumns], quanta = stackalloc int[ColumnBlock.MostColumns];
        if (_countsBits) CountBits(convGroup, block, first, mask, flip, sums);
        if (_sumsCells) SumCells(convGroup, block, first, mask, flip, scratch, quanta);
        else
            for (int column = 0; column < block.Count; column++) quanta[column] = sums[column] * AdcTransfer.QuantaPerCount;
        _converter.Convert(at, sums[..block.Count], quanta[..block.Count]);
    }

    private void CountBits(int convGroup, ColumnBlock block, int firstWord, ReadOnlySpan<ulong> mask, ReadOnlySpan<ulong> flip, Span<int> sums)
    {
        int of = BitRuns.PopCount(mask, 0, mask.Length * 64);
        for (int column = 0; column < block.Count; column++)
        {
            var weights = _cells.Weights.Column(convGroup, block.First + column).Slice(firstWord, mask.Length);
            int both = 0;
            for (int word = 0; word < mask.Length; word++) both += BitOperations.PopCount((weights[word] ^ flip[word]) & mask[word]);
            sums[column] = _layer.Map.Product == CellProduct.And ? both : 2 * both - of;
        }
    }

    private void SumCells(int convGroup, ColumnBlock block, int firstWord, ReadOnlySpan<ulong> mask, ReadOnlySpan<ulong> flip, KernelScratch scratch, Span<int> quanta)
    {
        var rows = scratch.Lists.Span<int>(2, _layer.LargestGroup);
        int added = 0, taken = 0;
        for (int word = 0; word < mask.Length; word++)
            for (ulong rest = mask[word]; rest != 0; rest &= rest - 1)
            {
                int bit = BitOperations.TrailingZeroCount(rest), row = (firstWord + word) * 64 + bit;
                if ((flip[word] >> bit & 1) == 0) rows[added++] = row;
                else rows[_layer.LargestGroup + taken++] = row;
            }
        quanta.Clear();
        AddRows(convGroup, block, rows[..added], 1, quanta);
        AddRows(convGroup, block, rows.Slice(_layer.LargestGroup, taken), -1, quanta);
    }

    /// <summary>32 columns at a time, in 16-bit lanes for as many rows as these surely hold.</summary>
    private void AddRows(int convGroup, ColumnBlock block, ReadOnlySpan<int> rows, int sign, Span<int> quanta)
    {
        const int Lanes = 16;
        int depth = _cells.RowsWithin16Bits;
        ref short cells = ref MemoryMarshal.GetReference(_cells.Quanta(convGroup));
        for (int column = 0; column < block.Count; column += 2 * Lanes)
        {
            Vector256<int> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int start = 0; start < rows.Length; start += depth)
            {
                Vector256<short> low = default, high = default;
                foreach (int row in rows.Slice(start, Math.Min(depth, rows.Length - start)))
                {
                    ref short at = ref Unsafe.Add(ref cells, (nint)row * _cells.RowLength + block.First + column);
                    low += Vector256.LoadUnsafe(ref at);
                    high += Vector256.LoadUnsafe(ref at, Lanes);
                }
                var (a, b) = Vector256.Widen(low);
                var (c, d) = Vector256.Widen(high);
                (sum0, sum1, sum2, sum3) = (sum0 + a, sum1 + b, sum2 + c, sum3 + d);
            }
            Accumulate(sum0 * sign, quanta[column..]);
            Accumulate(sum1 * sign, quanta[(column + 8)..]);
            Accumulate(sum2 * sign, quanta[(column + 16)..]);
            Accumulate(sum3 * sign, quanta[(column + 24)..]);
        }
    }

    private static void Accumulate(Vector256<int> sum, Span<int> quanta) => (Vector256.Create<int>(quanta) + sum).CopyTo(quanta);

    private void Combine(ReadOnlySpan<long> accumulators, int convGroup, int pixel, Span<long> sums)
    {
        var map = _layer.Map;
        int bits = map.WeightFormat.Bits;
        for (int output = 0; output < map.Geometry.GroupOutputChannels; output++)
        {
            long sum = 0;
            for (int bit = 0; bit < bits; bit++) sum += map.WeightFormat.PlaneWeight(bit) * accumulators[output * bits + bit];
            sums[(convGroup * map.Geometry.GroupOutputChannels + output) * map.Geometry.OutputPixels + pixel] = sum;
        }
    }
}
