using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Randomness;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// Conversions of digits of several planes (ARITHMETIC §15). Sums and deviations are linear, so those of a digit pair are made of those of
/// its planes:
/// <code>
/// s = sum over planes i of the input digit and j of the weight digit of r(i) * r(j) * s_ij     (deviations likewise)
/// row group -> pixel:  count the matches of all planes -> part of the outputs: add planes to digits (DigitSums), draw, convert
/// </code>
/// </summary>
internal sealed unsafe class DigitKernel(PerConversionKernel.DieParts parts) : PerConversionKernel(parts)
{
    /// <summary>The columns of a convolution group are padded to a multiple of this.</summary>
    public const int ColumnStep = 64;

    private const int CellPadding = 32;

    private readonly DigitSums _digits = new(parts.Layer.Map);

    protected override int TilePixels => 16;

    /// <inheritdoc/>
    protected override void RunRowGroup(PackedImage image, RunContext context, int convGroup, int rowGroup, int firstPixel,
        ReadOnlySpan<ulong> patches, Span<DrivenRows> selections, KernelScratch scratch, byte* sums)
    {
        int planes = Layer.Map.InputFormat.Bits, stride = Counter.Columns + CellPadding;
        Lists.List(image.Planes, convGroup, rowGroup, firstPixel, patches, scratch, selections);
        int segments = Cells.HasMismatch ? Cells.SegmentCount(convGroup, rowGroup) : 0;
        var cells = (short*)scratch.CellSums.Pointer((long)selections.Length * segments * stride * sizeof(short));
        if (segments > 0) CellSums.Sum(Cells, convGroup, 0, Counter.Columns, rowGroup, selections, planes, cells, stride);
        var counts = (int*)scratch.Counts.Pointer((long)planes * Counter.Columns * sizeof(int));
        var place = new ConversionPlace(
            Layer.Map.PlaceFirst(convGroup, rowGroup).Array, 0, context.Image, firstPixel, Layer.Map.OrdinalOf(rowGroup), 0);
        fixed (DrivenRows* driven = selections)
            for (int pixel = 0; pixel < selections.Length / planes; pixel++)
            {
                DrivenRows* ofPixel = driven + pixel * planes;
                Counter.CountPlanes(convGroup, ofPixel, planes, counts);
                var ofPlanes = new PlaneSums(counts, Counter.Columns, ofPixel, new(cells + (long)pixel * planes * segments * stride,
                    segments, stride));
                int rows = SeparatesDigits ? Layer.Map.InputDigits.Count : 1;
                Convert(convGroup, rowGroup, place with { Pixel = firstPixel + pixel }, context.Noise, ofPlanes, scratch,
                    sums + (long)pixel * rows * SumStride * ColumnConverter.Sums.Bytes);
            }
    }

    /// <summary>Converts all digits of one pixel in one row group, a part of the outputs at a time.</summary>
    [SkipLocalsInit]
    private void Convert(int convGroup, int rowGroup, ConversionPlace place, NoiseSeed noise, in PlaneSums planes, KernelScratch scratch,
        byte* sums)
    {
        var map = Layer.Map;
        int inputs = map.InputDigits.Count, digits = map.WeightDigits.Count, most = _digits.MostOutputs,
            sumBytes = ColumnConverter.Sums.Bytes;
        var numbers = (int*)scratch.DigitSums.Pointer(2L * inputs * PlaneConversions.CountStride * sizeof(int));
        int* deviations = planes.Cells.Segments == 0 ? null : numbers + inputs * PlaneConversions.CountStride;
        int halves = inputs * PlaneConversions.HighStride;
        var highs = (ushort*)scratch.RandomHalves.Pointer(2L * halves * sizeof(ushort)) + Draws.ColumnsPerConversionBlock;
        var stream = new DrawStream(noise.Run, DrawPurpose.Conversion, Layer.Ordinal, noise.Repeat);
        DrivenRows* whole = stackalloc DrivenRows[inputs];
        for (int input = 0; input < inputs; input++) whole[input] = new(null, 0, null, 1, 0);
        for (int first = 0; first < map.Geometry.GroupOutputChannels; first += most)
        {
            int outputs = Math.Min(most, map.Geometry.GroupOutputChannels - first);
            _digits.Add(planes, first, outputs, numbers, deviations);
            var onFirstDigit = new DieConversions
            {
                Stream = stream, Place = place with { Column = first * digits }, Columns = outputs * digits, Map = map,
                FirstColumn = map.PlaceFirst(convGroup, rowGroup).Column, ErrorSet = map.ErrorSet(convGroup, rowGroup),
                PlaneWeight = SeparatesDigits ? 1 : map.InputDigits.Weight(0), Driven = whole[0], Matches = numbers, Highs = highs,
                Cells = deviations is null ? default : new(deviations, PlaneConversions.CountStride),
                Sums = sums + (long)first * digits * sumBytes,
            };
            var conversions = new PlaneConversions(onFirstDigit)
            {
                Digits = map.InputDigits, Driven = whole,
                SumStride = SeparatesDigits ? (long)SumStride * sumBytes : 0, FirstLows = highs + halves,
            };
            DrawAndConvert(conversions, halves, scratch);
        }
    }

    /// <summary>Draws one half of the random bits of digits. A digit has those of its lowest column.</summary>
    [SkipLocalsInit]
    protected override void Draw(in PhiloxKeys keys, in PlaneConversions at, ushort* halves, int block)
    {
        int cells = Layer.Map.WeightCells.Count, digits = Layer.Map.WeightDigits.Count, outputs = at.Columns / digits;
        var columns = at.With(at.First with
        {
            Place = at.First.Place with { Column = at.First.Place.Column / digits * cells }, Columns = outputs * cells,
        });
        if (cells == digits)
        {
            ConversionDraws.Draw(keys, columns, 1, halves, block);
            return;
        }
        ushort* drawn = stackalloc ushort[at.Planes * PlaneConversions.HighStride], ofColumns = drawn + Draws.ColumnsPerConversionBlock;
        ConversionDraws.Draw(keys, columns, 1, ofColumns, block);
        for (int input = 0; input < at.Planes; input++, halves += PlaneConversions.HighStride, ofColumns += PlaneConversions.HighStride)
            for (int digit = 0; digit < digits; digit++)
                for (int i = digit, column = Layer.Map.WeightColumns.FirstOf(digit); i < at.Columns; i += digits, column += cells)
                    halves[i] = ofColumns[column];
    }
}
