using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Columns;

/// <summary>
/// The numbers that counts of digits start from, with one weight digit per lane. They depend on c, the weighted number of rows that an
/// input digit lists:
/// <code>
/// start = bias - (sum of the weights of the digit's planes) * c      with signed cells
/// start = bias - |weight| * c                                         where a plane of AND cells counts negative, so is complemented
/// start = bias - 2 |weight| * c                                       likewise, with inputs -1 and +1 of ternary weights
/// </code>
/// The top digit may be shorter than the others, or have such a plane. So there are two starts: that of most lanes, and that of the lanes
/// of the top digit, which a vector marks.
/// </summary>
internal sealed unsafe class DigitStarts
{
    private readonly AlignedBuffer _masks;
    private readonly OperandDigits _inputs;
    private readonly int _planes, _bias, _vectorBytes, _factor, _factorOfTop;

    private DigitStarts(VerticalTables tables, int bias, int factor, int factorOfTop)
    {
        (_planes, _bias, _vectorBytes, _factor, _factorOfTop) = (tables.CountPlanes, bias, tables.VectorBytes, factor, factorOfTop);
        var map = tables.Layer.Map;
        _inputs = map.InputDigits;
        _masks = new((long)tables.Blocks * _vectorBytes);
        for (int output = 0; output < map.Geometry.GroupOutputChannels; output++)
        {
            int lane = tables.LaneOf((output + 1) * map.WeightDigits.Count - 1);
            ((ulong*)_masks.Pointer)[lane >> 6] |= 1UL << (lane & 63);
        }
    }

    /// <summary>The words of the two starts of one digit.</summary>
    public int Words => 2 * _planes;

    /// <summary>Returns null where all counts start from the bias.</summary>
    public static DigitStarts? TryFor(VerticalTables tables, CounterEncoding encoding, int bias)
    {
        var map = tables.Layer.Map;
        int top = map.WeightDigits.Count - 1;
        int factor = FactorOf(map, encoding, 0), factorOfTop = FactorOf(map, encoding, top);
        return factor == 0 && factorOfTop == 0 ? null : new(tables, bias, factor, factorOfTop);
    }

    /// <summary>Returns the lanes of the top digit in a block.</summary>
    public void* Mask(int block) => _masks.Pointer + (long)block * _vectorBytes;

    /// <summary>Writes the starts of one input digit: the planes of the one, then those of the other.</summary>
    /// <param name="listed">The number of rows that each input plane lists.</param>
    public void Write(int inputDigit, int* listed, ulong* words)
    {
        int count = 0;
        for (int plane = _inputs[inputDigit].FirstPlane; plane < _inputs[inputDigit].EndPlane; plane++)
            count += _inputs.Relative(inputDigit, plane) * listed[plane];
        Write(_bias - _factor * count, words);
        Write(_bias - _factorOfTop * count, words + _planes);
    }

    private void Write(int start, ulong* words)
    {
        for (int plane = 0; plane < _planes; plane++) words[plane] = 0 - (ulong)(uint)(start >> plane & 1);
    }

    private static int FactorOf(LayerMap map, CounterEncoding encoding, int digit)
    {
        var planes = Enumerable.Range(map.WeightDigits[digit].FirstPlane, map.WeightDigits[digit].Planes)
            .Select(plane => map.WeightDigits.Relative(digit, plane));
        return map.Product.HasSignedWeightBits() ? encoding.CountsOfInput * planes.Sum()
            : planes.Sum(relative => Math.Max(0, -relative)) << encoding.RowPlane;
    }
}
