using ImcEngine.Kernels;
using ImcEngine.Macro;

namespace ImcEngine.Networks;

/// <summary>
/// The digital end of a macro layer (ARITHMETIC §6): y = (float)acc * m[c] + b[c], multiply and add rounded separately, in double where |acc| may pass 2^24.
/// Steps, bias and batch norm are in m and b, made in double and rounded once:
/// <code>
/// counts   m                b
/// codes    m * lsb          b + m * low * W      low = level of code 0, W = plane weights summed over all conversions of a result
/// levels   m / 65536        b
/// </code>
/// </summary>
internal sealed class MacroScale
{
    private const long ExactInFloat = 1L << 24;

    private readonly float[] _scale, _shift;
    private readonly bool _inDouble;

    public MacroScale(MacroNode node, MappedLayer layer, AdcTransfer adc, AccumulationUnit unit)
    {
        double perUnit = unit switch { AccumulationUnit.Counts => 1, AccumulationUnit.Codes => adc.LsbCounts, _ => 1.0 / AdcTransfer.LevelsPerCount };
        double ofZero = unit == AccumulationUnit.Codes ? adc.LevelCounts[0] * layer.Map.PlaneWeightSum : 0;
        _scale = Array.ConvertAll(node.ResultScale, scale => (float)(scale * perUnit));
        _shift = [.. node.ResultShift.Select((shift, channel) => (float)(shift + node.ResultScale[channel] * ofZero))];
        // On a die, kind none has no bound but that of noise.
        _inDouble = (adc.PassesSums && unit == AccumulationUnit.Levels) || MostMagnitude(layer, adc, unit) > ExactInFloat;
    }

    /// <param name="sums"><c>[outputChannel, pixel]</c>.</param>
    /// <param name="result">The same shape, written.</param>
    public void Apply(ReadOnlySpan<long> sums, Span<float> result)
    {
        int pixels = result.Length / _scale.Length;
        for (int channel = 0; channel < _scale.Length; channel++)
        {
            var from = sums.Slice(channel * pixels, pixels);
            var to = result.Slice(channel * pixels, pixels);
            if (_inDouble) ApplyInDouble(from, _scale[channel], _shift[channel], to);
            else Apply(from, _scale[channel], _shift[channel], to);
        }
    }

    private static void Apply(ReadOnlySpan<long> sums, float scale, float shift, Span<float> result)
    {
        for (int i = 0; i < sums.Length; i++) result[i] = (float)sums[i] * scale + shift;
    }

    private static void ApplyInDouble(ReadOnlySpan<long> sums, float scale, float shift, Span<float> result)
    {
        for (int i = 0; i < sums.Length; i++) result[i] = (float)((double)sums[i] * scale + shift);
    }

    private static long MostMagnitude(MappedLayer layer, AdcTransfer adc, AccumulationUnit unit)
    {
        var map = layer.Map;
        long magnitudes = 0;
        for (int i = 0; i < map.InputFormat.Bits; i++)
            for (int j = 0; j < map.WeightFormat.Bits; j++)
                magnitudes += Math.Abs((long)map.InputFormat.PlaneWeight(i) * map.WeightFormat.PlaneWeight(j));
        return unit switch
        {
            AccumulationUnit.Counts => magnitudes * map.Groups.Length * layer.LargestGroup,
            AccumulationUnit.Codes => magnitudes * map.Groups.Length * (adc.Codes - 1),
            _ => magnitudes * map.Groups.Length * adc.LevelUnits.Max(Math.Abs),
        };
    }
}
