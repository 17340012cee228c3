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

    /// <summary>For each column of each row group, the least v of each code above 0, <c>[convGroup, row group, input bit][column]</c>;
    /// empty without edges.</summary>
    private readonly int[][][] _leastAbove = [];

    /// <summary>The sigma of the noise without a profile, <c>[input bit * weight bits + weight bit]</c>.</summary>
    private readonly double[] _sigmaCounts = [];

    public DieProbe(MappedLayer layer, MacroSpec macro, LayerAdcs adcs, uint dieSeed)
    {
        (_layer, _macro, _adcs) = (layer, macro, adcs);
        _sampler = new(macro, dieSeed, layer.Ordinal);
        _profile = macro.Die.NoiseProfile is { } file ? NoiseProfile.Read(file) : null;
        var groups = Enumerable.Range(0, layer.Map.Geometry.Groups);
        _stored = [.. groups.Select(Stored)];
        _held = _sampler.HasFaults ? [.. groups.Select(group => EachCell(group, _stored[group], Held))] : _stored;
        _quanta = _sampler.HasMismatch ? [.. groups.Select(group => EachCell(group, _held[group], Quanta))] : [];
        if (adcs.Table is null && !adcs.Transfers[0].PassesSums) _leastAbove = Edges();
        if (macro.Die.HasNoise && _profile is null && adcs.Table is null)
            _sigmaCounts = [.. Enumerable.Range(0, layer.Map.PlanePairs).Select(pair => ConversionNoise.SigmaCounts(macro.Die,
                TransferOf(pair / WeightBits, pair % WeightBits).LsbCounts))];
    }

    private int WeightBits => _layer.Map.WeightFormat.Bits;
    private bool IsDrawn => _adcs.Table is not null || _macro.Die.HasNoise;

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
        var uniforms = new uint[columns];
        var sums = default(SqnrSums);
        for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
            for (int inputBit = 0; inputBit < map.InputFormat.Bits; inputBit++)
            {
                AddRows(_stored[convGroup], rowGroup, inputBit, rows, ideal);
                if (_sampler.HasFaults) AddRows(_held[convGroup], rowGroup, inputBit, rows, held);
                else ideal.CopyTo(held, 0);
                if (_sampler.HasMismatch) AddRows(_quanta[convGroup], rowGroup, inputBit, rows, quanta);
                if (IsDrawn) Draw(stream, convGroup, new(0, 0, image, pixel, rowGroup, inputBit), uniforms);
                int[][] edges = _leastAbove.Length == 0 ? [] : _leastAbove[EdgesAt(convGroup, rowGroup, inputBit)];
                for (int column = 0; column < columns; column++)
                {
                    long v = _sampler.HasMismatch ? quanta[column] : (long)AdcTransfer.QuantaPerCount * held[column];
                    sums += SqnrSums.Measure(ideal[column],
                        LevelCounts(uniforms[column], held[column], v, inputBit, column % bits, edges.Length == 0 ? [] : edges[column]),
                        1L << (2 * (inputBit + column % bits)));
                }
            }
        return sums;
    }

    /// <summary>Draws the random bits of the conversions of all columns, array by array.</summary>
    private void Draw(in DrawStream stream, int convGroup, ConversionPlace at, Span<uint> uniforms)
    {
        var map = _layer.Map;
        var first = map.PlaceFirst(convGroup, at.RowGroup);
        for (int column = 0, array = first.Array; column < uniforms.Length; column += map.TileColumns, array++)
            Draws.Conversions(stream, at with { Array = array, Column = first.Column },
                uniforms.Slice(column, Math.Min(map.TileColumns, uniforms.Length - column)));
    }

    private double LevelCounts(uint u, int sum, long vQuanta, int inputBit, int weightBit, int[] edges)
    {
        if (_adcs.Table is { } table) return table.LevelCounts[table.Sample(sum, u)];
        var adc = TransferOf(inputBit, weightBit);
        if (_macro.Die.HasNoise)
            vQuanta += _profile is null ? ConversionNoise.Quanta(_sigmaCounts[(inputBit * WeightBits) + weightBit], u)
                : ConversionNoise.Quanta(_profile.MeanCounts(sum),
                    ConversionNoise.SigmaCounts(_macro.Die, adc.LsbCounts, _profile.SigmaCounts(sum)), u);
        if (adc.PassesSums) return vQuanta / (double)AdcTransfer.QuantaPerCount;
        int code = 0;
        foreach (int least in edges)
            if (vQuanta >= least) code++;
        return adc.LevelCounts[code];
    }

    private AdcTransfer TransferOf(int inputBit, int weightBit) => _adcs.TransferOf(inputBit, weightBit, WeightBits);

    private int EdgesAt(int convGroup, int rowGroup, int inputBit) =>
        (((convGroup * _layer.Map.Groups.Length) + rowGroup) * _layer.Map.InputFormat.Bits) + inputBit;

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

    private int[][][] Edges()
    {
        var map = _layer.Map;
        var known = new Dictionary<(int Array, int Column, AdcTransfer Adc), int[]>();
        var edges = new int[map.Geometry.Groups * map.Groups.Length * map.InputFormat.Bits][][];
        for (int convGroup = 0; convGroup < map.Geometry.Groups; convGroup++)
            for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
                for (int inputBit = 0; inputBit < map.InputFormat.Bits; inputBit++)
                {
                    if (inputBit > 0 && _adcs.Transfers.Count == 1)
                    {
                        edges[EdgesAt(convGroup, rowGroup, inputBit)] = edges[EdgesAt(convGroup, rowGroup, 0)];
                        continue;
                    }
                    var ofColumns = edges[EdgesAt(convGroup, rowGroup, inputBit)] = new int[map.GroupColumns][];
                    for (int column = 0; column < ofColumns.Length; column++)
                    {
                        var place = map.Place(convGroup, rowGroup, column / WeightBits, column % WeightBits);
                        var adc = TransferOf(inputBit, column % WeightBits);
                        if (!known.TryGetValue((place.Array, place.Column, adc), out int[]? least))
                            known.Add((place.Array, place.Column, adc), least = EdgesOf(place, adc));
                        ofColumns[column] = least;
                    }
                }
        return edges;
    }

    private int[] EdgesOf(in ColumnPlace place, AdcTransfer adc)
    {
        var least = new int[adc.EdgeQuanta.Length];
        ColumnEdges.Compute(adc, _macro.Die,
            _sampler.Column(place.Array, place.Column, _sampler.ColumnEpsSumQuanta(place.Array, place.Column), adc), least);
        for (int k = 0; k < least.Length; k++)
            if (!adc.TieBelongsAbove(k)) least[k]++;
        return least;
    }
}
