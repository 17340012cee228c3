using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Randomness;

namespace ImcEngine.Evaluation;

/// <summary>
/// Compares levels with partial sums for single conversions of one layer on a die, which kernels do not show. The partial sum is that of
/// the intended weights; the level follows ARITHMETIC §4 with the die's cells, edges and noise. Places come from
/// <see cref="Mapping.LayerMap"/>, draws from <see cref="DieSampler"/>.
/// <code>
/// stored, held, quanta [convGroup][flat row][column]:  intended w; w with stuck cells; held * (4096 + eps)
/// </code>
/// </summary>
internal sealed class DieProbe
{
    private readonly MappedLayer _layer;
    private readonly MacroSpec _macro;
    private readonly LayerAdcs _adcs;
    private readonly DieSampler _sampler;
    private readonly NoiseProfile? _profile;
    private readonly int[][] _stored, _held, _quanta;
    private readonly Dictionary<(int Array, int Column, AdcTransfer Adc), int[]> _leastAbove = [];

    public DieProbe(MappedLayer layer, MacroSpec macro, LayerAdcs adcs, uint dieSeed)
    {
        (_layer, _macro, _adcs) = (layer, macro, adcs);
        _sampler = new(macro, dieSeed, layer.Ordinal);
        _profile = macro.Die.NoiseProfile is { } file ? NoiseProfile.Read(file) : null;
        var groups = Enumerable.Range(0, layer.Map.Geometry.Groups);
        _stored = [.. groups.Select(Stored)];
        _held = _sampler.HasFaults ? [.. groups.Select(group => EachCell(group, _stored[group], Held))] : _stored;
        _quanta = _sampler.HasMismatch ? [.. groups.Select(group => EachCell(group, _held[group], Quanta))] : [];
        if (adcs.Table is null && !adcs.Transfers[0].PassesSums) MakeEdges();
    }

    /// <summary>Compares levels with partial sums at evenly spread output pixels of one image. A conversion has the weight 4^(inputBit +
    /// weightBit).</summary>
    /// <param name="codes">The layer's input, <c>[channel, y, x]</c>.</param>
    /// <param name="image">The image's index in the data source.</param>
    /// <param name="noise">The seed and the repetition of the run's temporal noise.</param>
    /// <param name="most">The maximum number of output pixels.</param>
    public SqnrSums Sample(ReadOnlySpan<short> codes, int image, NoiseSeed noise, int most)
    {
        var geometry = _layer.Map.Geometry;
        int channels = geometry.GroupInputChannels, inputPixels = geometry.InputHeight * geometry.InputWidth,
            pixels = Math.Min(most, geometry.OutputPixels);
        short[] byPixel = new short[channels * inputPixels], rows = new short[geometry.Taps * channels];
        var stream = new DrawStream(noise.Run, DrawPurpose.Conversion, _layer.Ordinal, noise.Repeat);
        // The images together walk over all output pixels, each from where the previous one stopped; the stride spreads few pixels over
        // both axes.
        long stride = Stride(geometry.OutputPixels);
        var sums = default(SqnrSums);
        for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
        {
            for (int channel = 0; channel < channels; channel++)
                for (int pixel = 0; pixel < inputPixels; pixel++)
                    byPixel[pixel * channels + channel] = codes[(convGroup * channels + channel) * inputPixels + pixel];
            for (int k = 0; k < pixels; k++)
            {
                int pixel = (int)(((long)image * pixels + k) * stride % geometry.OutputPixels);
                _layer.Patch.ReadCodes(byPixel, pixel, rows);
                sums += SamplePixel(convGroup, pixel, rows, image, stream);
            }
        }
        return sums;
    }

    /// <summary>Returns a stride near the golden section of the number of pixels that has no common divisor with it.</summary>
    private static int Stride(int pixels)
    {
        int stride = Math.Max(1, (int)(0.618 * pixels));
        while (GreatestCommonDivisor(stride, pixels) != 1) stride++;
        return stride;
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);

    private SqnrSums SamplePixel(int convGroup, int pixel, ReadOnlySpan<short> rows, int image, in DrawStream stream)
    {
        var map = _layer.Map;
        int columns = map.GroupColumns, bits = map.WeightFormat.Bits;
        int[] ideal = new int[columns], held = new int[columns], quanta = new int[columns];
        var sums = default(SqnrSums);
        for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
            for (int inputBit = 0; inputBit < map.InputFormat.Bits; inputBit++)
            {
                AddRows(_stored[convGroup], rowGroup, inputBit, rows, ideal);
                if (_sampler.HasFaults) AddRows(_held[convGroup], rowGroup, inputBit, rows, held);
                else ideal.CopyTo(held, 0);
                if (_sampler.HasMismatch) AddRows(_quanta[convGroup], rowGroup, inputBit, rows, quanta);
                for (int column = 0; column < columns; column++)
                {
                    var place = map.Place(convGroup, rowGroup, column / bits, column % bits);
                    var at = new ConversionPlace(place.Array, place.Column, image, pixel, rowGroup, inputBit);
                    long v = _sampler.HasMismatch ? quanta[column] : (long)AdcTransfer.QuantaPerCount * held[column];
                    sums += SqnrSums.Measure(ideal[column], LevelCounts(stream, at, held[column], v, column % bits),
                        1L << (2 * (inputBit + column % bits)));
                }
            }
        return sums;
    }

    private double LevelCounts(in DrawStream stream, in ConversionPlace at, int sum, long vQuanta, int weightBit)
    {
        if (_adcs.Table is { } table) return table.LevelCounts[table.Sample(sum, Draws.Conversion(stream, at))];
        var adc = _adcs.TransferOf(at.InputBit, weightBit, _layer.Map.WeightFormat.Bits);
        if (_macro.Die.HasNoise) vQuanta += NoiseQuanta(Draws.Conversion(stream, at), sum, adc);
        if (adc.PassesSums) return vQuanta / (double)AdcTransfer.QuantaPerCount;
        int code = 0;
        foreach (int least in _leastAbove[(at.Array, at.Column, adc)])
            if (vQuanta >= least) code++;
        return adc.LevelCounts[code];
    }

    private int NoiseQuanta(uint u, int sum, AdcTransfer adc) => _profile is null
        ? ConversionNoise.Quanta(ConversionNoise.SigmaCounts(_macro.Die, adc.LsbCounts), u)
        : ConversionNoise.Quanta(_profile.MeanCounts(sum),
            ConversionNoise.SigmaCounts(_macro.Die, adc.LsbCounts, _profile.SigmaCounts(sum)), u);

    /// <summary>Adds the cells of the driven rows of a row group; subtracts them where the input bit is -1.</summary>
    private void AddRows(int[] cells, int rowGroup, int inputBit, ReadOnlySpan<short> codes, Span<int> sums)
    {
        var (group, format) = (_layer.Map.Groups[rowGroup], _layer.Map.InputFormat);
        sums.Clear();
        for (int row = group.FirstRow; row < group.EndRow; row++)
        {
            bool bipolar = format.Encoding == OperandEncoding.Bipolar, isSet = (format.Digits(codes[row]) >> inputBit & 1) != 0;
            // Bipolar code 0 is an undriven row; in the other encodings a clear bit adds nothing.
            if (bipolar ? codes[row] != 0 : isSet) Add(cells.AsSpan(row * sums.Length, sums.Length), isSet ? 1 : -1, sums);
        }
    }

    private static void Add(ReadOnlySpan<int> cells, int sign, Span<int> sums)
    {
        int column = 0;
        for (; column <= sums.Length - Vector256<int>.Count; column += Vector256<int>.Count)
            (Vector256.Create<int>(sums[column..]) + Vector256.Create(cells[column..]) * sign).CopyTo(sums[column..]);
        for (; column < sums.Length; column++) sums[column] += sign * cells[column];
    }

    private int[] Stored(int convGroup)
    {
        int rows = _layer.Weights.Rows, columns = _layer.Map.GroupColumns, clear = _layer.Map.Product == CellProduct.And ? 0 : -1;
        var cells = new int[rows * columns];
        for (int column = 0; column < columns; column++)
        {
            var words = _layer.Weights.Column(convGroup, column);
            for (int row = 0; row < rows; row++) cells[row * columns + column] = (words[row >> 6] >> (row & 63) & 1) != 0 ? 1 : clear;
        }
        return cells;
    }

    private int Held(int array, int row, int column, int stored) => _sampler.Fault(array, row, column) switch
    {
        CellFault.StuckAtOne => 1,
        CellFault.StuckAtZero => _layer.Map.Product == CellProduct.And ? 0 : -1,
        _ => stored,
    };

    private int Quanta(int array, int row, int column, int held) =>
        held * (AdcTransfer.QuantaPerCount + _sampler.CellEpsQuanta(array, row, column));

    /// <summary>Returns the cells after a change that depends on each cell's physical place.</summary>
    private int[] EachCell(int convGroup, int[] from, Func<int, int, int, int, int> change)
    {
        var map = _layer.Map;
        int columns = map.GroupColumns, bits = map.WeightFormat.Bits;
        var to = new int[from.Length];
        for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
            for (int column = 0; column < columns; column++)
            {
                var place = map.Place(convGroup, rowGroup, column / bits, column % bits);
                for (int row = 0; row < map.Groups[rowGroup].Rows; row++)
                {
                    int at = (map.Groups[rowGroup].FirstRow + row) * columns + column;
                    to[at] = change(place.Array, place.FirstRow + row, place.Column, from[at]);
                }
            }
        return to;
    }

    private void MakeEdges()
    {
        foreach (var place in Mapping.ColumnPlacement.PlaceColumns(_layer.Map))
            for (int inputBit = 0; inputBit < _layer.Map.InputFormat.Bits; inputBit++)
            {
                var adc = _adcs.TransferOf(inputBit, place.WeightBit, _layer.Map.WeightFormat.Bits);
                if (_leastAbove.ContainsKey((place.Array, place.Column, adc))) continue;
                var least = new int[adc.EdgeQuanta.Length];
                ColumnEdges.Compute(adc, _macro.Die,
                    _sampler.Column(place.Array, place.Column, _sampler.ColumnEpsSumQuanta(place.Array, place.Column), adc), least);
                for (int k = 0; k < least.Length; k++)
                    if (!adc.TieBelongsAbove(k)) least[k]++;
                _leastAbove.Add((place.Array, place.Column, adc), least);
            }
    }
}
