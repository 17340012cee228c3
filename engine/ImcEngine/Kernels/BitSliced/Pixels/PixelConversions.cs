using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>The conversions of one layer with one output pixel per lane: its tables, and the programs compiled for it.</summary>
internal sealed class PixelConversions : BitSlicedConversions
{
    private readonly ConversionProgram[] _programs = [];

    /// <summary>Keeps this memory alive: the conversions in the tables hold raw pointers to it.</summary>
    private readonly ByteConstants? _constants;

    private PixelConversions(PixelTables tables, LayerConversion conversion, ByteConstants? constants,
        Func<ConversionSpec, ConversionProgram?> compile)
        : base(tables.Layer.Map, conversion, AccumulatedOf, combinedBits: 0, tables.ReachConstants)
    {
        (Tables, _constants) = (tables, constants);
        var encoding = conversion.Encoding;
        int startCounts = encoding.Bias - conversion.CountOffset;
        Starts = new(tables, encoding, startCounts, conversion.Plan.Planes, compile);
        var map = tables.Layer.Map;
        if (!IsAllowed) return;
        _programs = [.. Enumerable.Range(0, map.InputDigits.Count).Select(digit => compile(SpecOf(digit))).OfType<ConversionProgram>()];
        if (_programs.Length < map.InputDigits.Count) IsAllowed = false;

        // Input digits that are alike share the program of the lowest: compiling one for each takes longer than it saves. A higher digit
        // begins at a higher plane. So it adds carries of 0 to planes behind an output's accumulators, and stores them as they were.
        ConversionSpec SpecOf(int digit) => new(
            map.WeightFormat.Bits, map.WeightFormat.NegativeBit >= 0, encoding.RowPlane, tables.Start, startCounts, conversion.Plan,
            map.InputDigits.Weight(digit) < 0, Codes.Planes)
        {
            PairStart = tables.IsPaired ? tables.Start & StartParts.Common : null, Residual = ResidualsFrom(0),
            Digits = DigitsOf(tables, digit),
        };
    }

    /// <summary>Returns the digits of the conversions of one input digit; null where single planes are converted.</summary>
    private static DigitsSpec? DigitsOf(PixelTables tables, int digit) => tables.Layer.Map is { ConvertsPlanes: false } map
        ? new(map.InputDigits[digit].Planes, tables.RowsPerPlane * tables.VectorBytes, ListDigit.Of(map.WeightDigits), tables.IsPaired)
        : null;

    /// <summary>Returns whether the digits of a layer can be converted with pixels in the lanes: cells of XNOR, and DACs that drive a sign
    /// plane together with others, are left to the kernel that makes each conversion separately.</summary>
    public static bool Support(LayerMap map) => map.ConvertsPlanes || (!map.Product.HasSignedInputBits()
        && !Enumerable.Range(0, map.InputDigits.Count).Any(digit => map.InputDigits[digit].Planes > 1
            && map.InputDigits[digit].EndPlane - 1 == map.InputFormat.NegativeBit));

    public PixelTables Tables { get; }

    /// <summary>The numbers that counts start from.</summary>
    public PixelStarts Starts { get; }

    /// <summary>Prepares the conversions on an ideal die.</summary>
    public static PixelConversions Prepare<TLanes, TVector>(MappedLayer layer, IntegerAdc adc, int imagesAtOnce)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var conversion = LayerConversion.OfIdealDie(layer, adc, BitVectorBuilder<TLanes, TVector>.HasTernaryLogic);
        return new(new(layer, layer.Weights, conversion, TLanes.Bits, imagesAtOnce, null), conversion, null,
            ConversionCompiler<TLanes, TVector>.TryCompile);
    }

    /// <summary>Prepares the conversions on a die where each column has its own thresholds.</summary>
    public static PixelConversions Prepare<TLanes, TVector>(MappedLayer layer, WholeCounts counts, int imagesAtOnce)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var (conversion, thresholds) = LayerConversion.OfColumns(layer, counts, BitVectorBuilder<TLanes, TVector>.HasTernaryLogic,
            ColumnLayout.Bytes);
        var constants = thresholds.InBytes(TLanes.Bits / 8);
        return new(new(layer, counts.Weights, conversion, TLanes.Bits, imagesAtOnce, constants), conversion, constants,
            ConversionCompiler<TLanes, TVector>.TryCompile);
    }

    /// <summary>Returns the sums over all digit pairs and row groups. An input digit of negative weight adds the complement of the
    /// number.</summary>
    private static Accumulated AccumulatedOf(LayerMap map, int planes, int most)
    {
        var numbers = CodeNumbers.ForOperand(map.WeightDigits, planes, most);
        long allOnes = (1L << ConversionSpec.NumberPlanes(map.WeightFormat.Bits, planes)) - 1, mostSum = 0, excess = 0;
        for (int digit = 0; digit < map.InputDigits.Count; digit++)
        {
            bool isNegative = map.InputDigits.Weight(digit) < 0;
            int plane = map.InputDigits[digit].FirstPlane;
            mostSum += (isNegative ? allOnes : numbers.Most) << plane;
            excess += (isNegative ? allOnes - numbers.Excess : numbers.Excess) << plane;
        }
        return new(PlaneCount.Holding(mostSum * map.Groups.Length), excess * map.Groups.Length);
    }

    public ConversionProgram Program(int inputDigit) => _programs[inputDigit];

    public long Bytes => Tables.Bytes + (_constants?.Bytes ?? 0);
}
