using ImcEngine.Macro;

namespace ImcEngine.Reference;

/// <summary>Accumulators of a layer, <c>[outputChannel, pixel]</c>, and what one of their counts is.</summary>
public sealed record ReferenceResult(long[] Acc, AccumulationUnit Unit);

/// <summary>
/// The normative macro: every kernel agrees with it code for code. One conversion and one accumulation, written as ARITHMETIC §4 and §6 have them:
/// <code>
/// s    = sum over driven rows of x[i] * w[j]          x[i], w[j]: values of plane i of the input, plane j of the weight code
/// v    = 4096 * s
/// code = number of k with v above edge[k]
/// acc  = sum over row groups, i, j of planeWeight(i) * planeWeight(j) * value(code)
/// </code>
/// It indexes original weights and activations itself, and derives rows, row groups and bits itself. Only clarity counts here.
/// </summary>
public sealed class ReferenceMacro
{
    private readonly ReferenceLayer _layer;
    private readonly List<Row[]> _rowGroups;
    private readonly ReferenceAdc _adc;
    private readonly AccumulationUnit _unit;

    /// <param name="layer">Original weights.</param>
    /// <param name="macro">Geometry of the array and mapping.</param>
    /// <param name="adc">The layer's ideal transfer.</param>
    public ReferenceMacro(ReferenceLayer layer, MacroSpec macro, AdcTransfer adc)
    {
        _layer = layer;
        _rowGroups = ReferenceRowGroups.Cut(layer.Geometry, macro.Rows, macro.Mapping, macro.LegacyOverfull);
        _adc = new(adc);
        _unit = ReferenceUnit.Of(layer, macro, adc);
    }

    /// <param name="input">Codes of one image, <c>[channel, y, x]</c>.</param>
    /// <param name="probe">Told of every conversion.</param>
    public ReferenceResult Run(short[] input, Action<Conversion>? probe = null)
    {
        var g = _layer.Geometry;
        var acc = new long[g.OutputSize];
        for (int pixel = 0; pixel < g.OutputPixels; pixel++)
            for (int convGroup = 0; convGroup < g.Groups; convGroup++)
                for (int r = 0; r < _rowGroups.Count; r++)
                {
                    int?[] driving = [.. _rowGroups[r].Select(row => _layer.DrivingCode(input, convGroup, row, pixel))];
                    for (int n = 0; n < g.GroupOutputChannels; n++)
                    {
                        int o = (convGroup * g.GroupOutputChannels) + n;
                        acc[(o * g.OutputPixels) + pixel] += RowGroupSum(convGroup, r, o, pixel, driving, probe);
                    }
                }
        return new(acc, _unit);
    }

    private long RowGroupSum(int convGroup, int r, int o, int pixel, int?[] driving, Action<Conversion>? probe)
    {
        long sum = 0;
        for (int i = 0; i < _layer.InputFormat.Bits; i++)
            for (int j = 0; j < _layer.WeightFormat.Bits; j++)
            {
                int s = PartialSum(_rowGroups[r], o, driving, i, j);
                long v = (long)AdcTransfer.QuantaPerCount * s;
                int code = _adc.Code(v, _adc.IdealEdgesQuanta);
                probe?.Invoke(new(convGroup, r, i, j, o, pixel, s, code));
                sum += (long)_layer.InputFormat.PlaneWeight(i) * _layer.WeightFormat.PlaneWeight(j) * Value(s, code);
            }
        return sum;
    }

    private int PartialSum(Row[] rows, int o, int?[] driving, int i, int j)
    {
        int s = 0;
        for (int row = 0; row < rows.Length; row++)
            if (driving[row] is int inputCode)
                s += ReferenceLayer.BitValue(_layer.InputFormat, inputCode, i) * ReferenceLayer.BitValue(_layer.WeightFormat, _layer.Weight(o, rows[row]), j);
        return s;
    }

    private long Value(int s, int code) => _unit switch
    {
        AccumulationUnit.Counts => _adc.PassesSums ? s : _adc.LevelIntegers[code] / AdcTransfer.LevelsPerCount,
        AccumulationUnit.Codes => code,
        _ => _adc.LevelIntegers[code],
    };
}
