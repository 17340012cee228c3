using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using CommunityToolkit.HighPerformance.Buffers;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// The digital end of a macro layer (ARITHMETIC §6):
/// y = (float)acc * m[c] + b[c]. Product and sum are rounded separately; both are in double if |acc| may exceed 2^24. m and b include
/// steps, bias and batch norm; they are computed in double and rounded once:
/// <code>
/// counts   m                b
/// codes    m * lsb          b + m * low * W      low = level of code 0, W = weights of digits summed over all conversions of a result
/// levels   m / 65536        b                   sixteenths: m / 16
/// </code>
/// Zero points and an integer bias add R to the exact sum (<see cref="ZeroCorrection"/>, ARITHMETIC §13). In counts R is added to acc. In
/// the other units y = (float)((acc * M + R * m) + b), all in double, where M is the factor of the table.
/// </summary>
internal sealed class MacroScale
{
    private const long ExactInFloat = 1L << 24;

    private readonly float[] _scale, _shift;
    private readonly ZeroCorrection? _zeros;
    private readonly FloatScale? _factors;

    /// <summary>Per output channel, M, m and b of a layer with zero points whose accumulators are not in counts; else null.</summary>
    private readonly (double PerUnit, double PerCount, double Shift)[]? _inDouble;

    /// <param name="node">The layer.</param>
    /// <param name="layer">The layer on its arrays.</param>
    /// <param name="rowGroups">The ADCs of all row groups or, where they differ and so accumulate levels, of each kind of them.</param>
    /// <param name="unit">The unit of the accumulators.</param>
    /// <param name="second">The second stage; null for none.</param>
    /// <param name="summedVotes">The levels that are summed for each partial sum, of which the mean counts.</param>
    /// <param name="correction">Changes m and b of every output channel (ARITHMETIC §16); null for none.</param>
    public MacroScale(MacroNode node, MappedLayer layer, IReadOnlyList<RowGroupAdcs> rowGroups, AccumulationUnit unit,
        SecondStage? second = null, int summedVotes = 1, LayerCorrection? correction = null)
    {
        var adc = rowGroups[0].Transfers[0];
        var (ofOne, ofZero) = layer.Map.CountsOf(adc, unit);
        double perUnit = ofOne / summedVotes;
        var (scales, shifts) = Corrected(node, correction);
        _scale = Array.ConvertAll(scales, scale => (float)(scale * perUnit));
        _shift = [.. shifts.Select((shift, channel) => (float)(shift + scales[channel] * ofZero))];
        int offset = layer.Map.WeightOffset;
        _zeros = node.Zeros is null && offset == 0 ? null : new(node, node.Zeros ?? new(0, null, null), offset);
        if (_zeros is not null && unit != AccumulationUnit.Counts)
            _inDouble = [.. scales.Select((scale, channel) => (scale * perUnit, scale, shifts[channel] + (scale * ofZero)))];
        // On a non-ideal die only the noise bounds the sums of kind none.
        var most = summedVotes * rowGroups.Aggregate(Int128.Zero, (sum, adcs) => sum + MostMagnitude(layer, adcs, unit, second));
        if (most > long.MaxValue)
            throw new ImcException($"Layer '{layer.Map.Layer}' may sum levels up to {(double)most:E1} units, which 64 bits do not hold. "
                + "Lower macro.adc.range, macro.votes or the bits of the operands.");
        bool isExact = !(adc.PassesSums && unit == AccumulationUnit.Levels) && most + (_zeros?.Most ?? 0) <= ExactInFloat;
        _factors = isExact ? new(_scale, _shift) : null;
    }

    /// <summary>Scale and shift of a layer without zero points, if float32 holds every sum exactly; else null.</summary>
    public FloatScale? InFloat => _zeros is null ? _factors : null;

    /// <summary>Whether the results depend on the input's codes beside the accumulators: weights have zero points.</summary>
    public bool ReadsCodes => _zeros?.ReadsCodes == true;

    /// <summary>Converts the accumulators to results.</summary>
    /// <param name="sums">The accumulators, <c>[outputChannel, pixel]</c>; zero points change them.</param>
    /// <param name="codes">The layer's input, <c>[channel, y, x]</c>; read only if <see cref="ReadsCodes"/>.</param>
    /// <param name="zero">The zero point of the input, where each image has its own; else ignored.</param>
    /// <param name="result">Receives the results, in the shape of the accumulators.</param>
    public void Apply(Span<long> sums, ReadOnlySpan<short> codes, int zero, Span<float> result)
    {
        int pixels = result.Length / _scale.Length;
        if (_inDouble is not null)
        {
            ApplyWithZeros(sums, codes, zero, pixels, result);
            return;
        }
        _zeros?.AddTo(codes, zero, sums);
        for (int channel = 0; channel < _scale.Length; channel++)
        {
            var from = sums.Slice(channel * pixels, pixels);
            var to = result.Slice(channel * pixels, pixels);
            if (_factors is null) ApplyInDouble(from, _scale[channel], _shift[channel], to);
            else Apply(from, _scale[channel], _shift[channel], to);
        }
    }

    private static (double[] Scales, double[] Shifts) Corrected(MacroNode node, LayerCorrection? correction) => correction is null
        ? (node.ResultScale, node.ResultShift)
        : ([.. node.ResultScale.Select((scale, channel) => scale * correction.Factors[channel])],
            [.. node.ResultShift.Select((shift, channel) => (shift * correction.Factors[channel]) + correction.Offsets[channel])]);

    private void ApplyWithZeros(ReadOnlySpan<long> sums, ReadOnlySpan<short> codes, int zero, int pixels, Span<float> result)
    {
        using var corrections = SpanOwner<long>.Allocate(result.Length, AllocationMode.Clear);
        _zeros!.AddTo(codes, zero, corrections.Span);
        for (int i = 0; i < result.Length; i++)
        {
            var (perUnit, perCount, shift) = _inDouble![i / pixels];
            result[i] = (float)(((sums[i] * perUnit) + (corrections.Span[i] * perCount)) + shift);
        }
    }

    private static void Apply(ReadOnlySpan<long> sums, float scale, float shift, Span<float> result)
    {
        int i = 0;
        ref long from = ref MemoryMarshal.GetReference(sums);
        ref float to = ref MemoryMarshal.GetReference(result);
        Vector256<float> scales = Vector256.Create(scale), shifts = Vector256.Create(shift);
        for (; i <= sums.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            // |sum| is at most 2^24 here.
            var narrow = Vector256.Narrow(Vector256.LoadUnsafe(ref from, (nuint)i), Vector256.LoadUnsafe(ref from, (nuint)i + 4));
            (Vector256.ConvertToSingle(narrow) * scales + shifts).StoreUnsafe(ref to, (nuint)i);
        }
        for (; i < sums.Length; i++) result[i] = (float)sums[i] * scale + shift;
    }

    private static void ApplyInDouble(ReadOnlySpan<long> sums, float scale, float shift, Span<float> result)
    {
        for (int i = 0; i < sums.Length; i++) result[i] = (float)((double)sums[i] * scale + shift);
    }

    private static Int128 MostMagnitude(MappedLayer layer, RowGroupAdcs adcs, AccumulationUnit unit, SecondStage? second)
    {
        var map = layer.Map;
        int groups = adcs.RowGroups.Length, positions = map.Geometry.IsLinear ? 1 : map.Geometry.Taps;
        Int128 most = 0;
        for (int i = 0; i < map.InputDigits.Count; i++)
            for (int j = 0; j < map.WeightDigits.Count; j++)
            {
                var adc = adcs.TransferOf(i, j, map.WeightDigits.Count);
                most += (Int128)Math.Abs((long)map.InputDigits.Weight(i) * map.WeightDigits.Weight(j))
                    * (map.IsDigital(i, j) ? (Int128)groups * MostOfDigitalSum(layer, unit)
                        : second is null ? (Int128)groups * MostOfConversion(layer, adc, unit)
                        : groups / positions * second.MostUnits(positions * MostOfConversion(layer, adc, unit)));
            }
        return most;
    }

    /// <summary>Of a digit pair that digital adders sum, the partial sum counts, which no ADC clips.</summary>
    private static long MostOfDigitalSum(MappedLayer layer, AccumulationUnit unit) =>
        layer.LargestPartialSum * (unit == AccumulationUnit.Counts ? 1L : AdcTransfer.LevelsPerCount);

    private static long MostOfConversion(MappedLayer layer, AdcTransfer adc, AccumulationUnit unit) => unit switch
    {
        AccumulationUnit.Counts => layer.LargestPartialSum,
        AccumulationUnit.Codes => adc.Codes - 1,
        _ => adc.LevelsIn(unit).Max(Math.Abs),
    };
}

/// <summary>The scale and the shift that make results from accumulators, in float32.</summary>
/// <param name="Scale">One per output channel.</param>
/// <param name="Shift">One per output channel.</param>
internal sealed record FloatScale(float[] Scale, float[] Shift);
