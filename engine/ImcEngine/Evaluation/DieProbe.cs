using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Randomness;

namespace ImcEngine.Evaluation;

/// <summary>
/// Compares levels with partial sums for single conversions of one layer on a die. The partial sum is that of the intended weights; the
/// level follows ARITHMETIC §4 with the die's cells, edges and noise. Both are made by the kernel for any die, once with ideal cells and no
/// ADC, and once as the die is.
/// </summary>
internal sealed class DieProbe
{
    private readonly MappedLayer _layer;
    private readonly int _summedVotes;
    private readonly LayerAdcs _adcs;
    private readonly PerConversionKernel _sums;

    /// <summary>The kernels by row group, each with the number of the row group among its own.</summary>
    private readonly (PerConversionKernel Kernel, int RowGroup, RowGroupAdcs Adcs)[] _converted;

    /// <param name="given">Static errors given in place of drawn ones; null for none.</param>
    public DieProbe(MappedLayer layer, MacroSpec macro, LayerAdcs adcs, uint dieSeed, LayerErrors? given = null)
    {
        (_layer, _adcs) = (layer, adcs);
        if (given is not null) macro = given.AppliedTo(macro);
        string name = layer.Map.Layer;
        _summedVotes = adcs.SummedVotes;
        _sums = PerConversionKernel.Prepare(name, layer, macro with { Die = new() }, [AdcTransfer.None], AccumulationUnit.Counts, 0,
            isProbe: true);
        _converted = new (PerConversionKernel, int, RowGroupAdcs)[layer.Map.Groups.Length];
        foreach (var ofRowGroups in adcs.RowGroups)
        {
            var part = layer.OfRowGroups(ofRowGroups.RowGroups);
            var kernel = adcs.Table is { } table
                ? PerConversionKernel.Prepare(part, macro, table, IsOfLevels ? adcs.Transfers[0].LevelUnits
                    : [.. Enumerable.Range(0, table.LevelCounts.Length).Select(code => (long)code)], isProbe: true)
                : PerConversionKernel.Prepare(name, part, macro, ofRowGroups.Transfers,
                    IsOfLevels ? AccumulationUnit.Levels : AccumulationUnit.Codes, dieSeed, given, isProbe: true);
            for (int i = 0; i < ofRowGroups.RowGroups.Length; i++) _converted[ofRowGroups.RowGroups[i]] = (kernel, i, ofRowGroups);
        }
    }

    private bool PassesSums => _adcs.Table is null && _adcs.Transfers[0].PassesSums;

    /// <summary>Compares levels with partial sums at evenly spread output pixels of one image. A conversion has the square of its
    /// weight.</summary>
    /// <param name="codes">The layer's input, <c>[channel, y, x]</c>.</param>
    /// <param name="image">The image's index in the data source.</param>
    /// <param name="noise">The seed and the repetition of the run's temporal noise.</param>
    /// <param name="most">The maximum number of output pixels.</param>
    public SqnrSums Sample(ReadOnlySpan<short> codes, int image, NoiseSeed noise, int most)
    {
        var geometry = _layer.Map.Geometry;
        int pixels = Math.Min(most, geometry.OutputPixels);
        var input = new PackedImage();
        input.Pack(codes, _layer.Inputs, geometry.Groups);
        var scratch = new KernelScratch();
        // The images together walk over all output pixels, each from where the previous one stopped; the stride spreads few pixels over
        // both axes.
        long stride = Stride(geometry.OutputPixels);
        var sums = default(SqnrSums);
        for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
            for (int k = 0; k < pixels; k++)
            {
                int pixel = (int)(((long)image * pixels + k) * stride % geometry.OutputPixels);
                sums += SamplePixel(input, new(image, noise), convGroup, pixel, scratch);
            }
        // The kernels use raw pointers into their tables and the scratch, which do not keep them alive.
        GC.KeepAlive(this);
        GC.KeepAlive(scratch);
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

    private SqnrSums SamplePixel(PackedImage input, RunContext context, int convGroup, int pixel, KernelScratch scratch)
    {
        var map = _layer.Map;
        int columns = map.GroupDigits, digits = map.WeightDigits.Count;
        long[] exact = new long[map.InputDigits.Count * columns], converted = new long[exact.Length];
        var sums = default(SqnrSums);
        for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
        {
            _sums.Probe(input, context, convGroup, rowGroup, pixel, scratch, exact);
            var (kernel, inPart, adcs) = _converted[rowGroup];
            kernel.Probe(input, context, convGroup, inPart, pixel, scratch, converted);
            for (int digit = 0, i = 0; digit < map.InputDigits.Count; digit++)
                for (int column = 0; column < columns; column++, i++)
                {
                    if (map.IsDigital(digit, column % digits)) continue;
                    long weight = (long)map.InputDigits.Weight(digit) * map.WeightDigits.Weight(column % digits);
                    sums += SqnrSums.Measure(exact[i], LevelCounts(converted[i], adcs, digit, column % digits), weight * weight);
                }
        }
        return sums;
    }

    /// <summary>Whether probed conversions are levels, not codes: of a mean of several votes there is no code.</summary>
    private bool IsOfLevels => PassesSums || _summedVotes > 1;

    private double LevelCounts(long unit, RowGroupAdcs adcs, int inputDigit, int weightDigit) =>
        IsOfLevels ? unit / ((double)AdcTransfer.LevelsPerCount * _summedVotes)
        : _adcs.Table is { } table ? table.LevelCounts[unit]
        : adcs.TransferOf(inputDigit, weightDigit, _layer.Map.WeightDigits.Count).LevelCounts[unit];
}
