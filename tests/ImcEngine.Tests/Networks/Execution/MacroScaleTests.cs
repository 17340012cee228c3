using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Execution;

public class MacroScaleTests
{
    private static readonly OperandFormat FourBits = new(4, OperandEncoding.Unipolar), Weights = new(4, OperandEncoding.TwosComplement);

    private static readonly AdcTransfer Narrow = Pair(0, 1), Wide = Pair(0, 256);

    /// <summary>With levels of at most one count sums stay below 2^24;
    /// the converters of other plane pairs reach further, and then so may the sums.</summary>
    [Fact]
    public void Sums_that_any_plane_pairs_converter_can_drive_beyond_2_to_the_24_are_scaled_in_double()
    {
        const long Sum = (1L << 24) + 1;
        Assert.Equal(0, Scaled(Sum, [Narrow]));
        Assert.Equal(1 / 65536f, Scaled(Sum, [.. Enumerable.Repeat(Narrow, 15), Wide]));
        Assert.Equal(1 / 65536f, Scaled(Sum, [Wide]));
    }

    /// <summary>Digital adders sum all pairs but the lowest, up to 8 rows * 224 counts, which no ADC clips.</summary>
    [Fact]
    public void Sums_of_digital_pairs_are_bounded_by_their_partial_sums()
    {
        Assert.Equal(0, Scaled((1L << 24) + 1, [Narrow]));
        Assert.Equal(1 / 65536f, Scaled((1L << 24) + 1, [Narrow], digitalPlanePairs: 1));
        Assert.Equal(7 * 224 - 256, Scaled(7L * 224 * 65536, [Narrow], digitalPlanePairs: 1));
    }

    /// <summary>sum w is 6, sum q is 40: R = 3 * (8 * 2 - 6) - 2 * 40 + 7 = -43.</summary>
    [Theory]
    [InlineData(AccumulationUnit.Counts)]
    [InlineData(AccumulationUnit.Codes)]
    [InlineData(AccumulationUnit.Levels)]
    internal void Zero_points_and_an_integer_bias_are_added_in_the_units_place(AccumulationUnit unit)
    {
        const double M = 0.3, B = 5;
        const long Acc = 1000, R = -43;
        var geometry = ConvGeometry.Linear(8, 1);
        var node = new MacroNode("fc", [0], 1, geometry, FourBits, Weights, [0, 1, 2, 3, -3, 1, 1, 1], [M], [B], Zeros: new(3, [2], [7]));
        var layer = new MappedLayer(new LayerMap("fc", geometry, FourBits, Weights, new()), node.WeightCodes, false);
        var adc = AdcFactory.UniformByRange(9, new(0, 8), TieRule.Down, unit);
        var result = new float[1];
        new MacroScale(node, layer, RowGroupAdcs.Of(layer, AdcGain.Fixed, [adc]), unit).Apply([Acc], [1, 9, 2, 8, 3, 7, 4, 6], 0, result);
        var (perUnit, ofZero) = layer.Map.CountsOf(adc, unit);
        Assert.Equal(unit == AccumulationUnit.Counts ? ((float)(Acc + R) * (float)M) + (float)B
            : (float)((Acc * (M * perUnit)) + (R * M) + (B + (M * ofZero))), result[0]);
    }

    /// <summary>Offset binary stores w + 8: with a zero point 3 of inputs, R = 3 * (0 - 6) - 8 * 40.</summary>
    [Fact]
    public void Offset_binary_is_a_zero_point_of_weights()
    {
        var geometry = ConvGeometry.Linear(8, 1);
        short[] weights = [0, 1, 2, 3, -3, 1, 1, 1], codes = [1, 9, 2, 8, 3, 7, 4, 6];
        foreach (var zeros in (ZeroPoints?[])[null, new(3, null, null)])
        {
            var node = new MacroNode("fc", [0], 1, geometry, FourBits, Weights, weights, [1], [0], Zeros: zeros);
            var layer = new MappedLayer(new LayerMap("fc", geometry, FourBits, Weights, new() { CellBits = 2 }), weights, false);
            Assert.Equal([8, 9, 10, 11, 5, 9, 9, 9], layer.WeightCodes);
            var scale = new MacroScale(node, layer, RowGroupAdcs.Of(layer, AdcGain.Fixed, [AdcTransfer.None]), AccumulationUnit.Counts);
            Assert.True(scale.ReadsCodes);
            var result = new float[1];
            long acc = layer.WeightCodes.Zip(codes, (w, q) => (long)w * q).Sum();
            scale.Apply([acc], codes, 0, result);
            Assert.Equal(weights.Zip(codes, (w, q) => w * (q - (zeros?.Input ?? 0))).Sum(), result[0]);
        }
    }

    private static float Scaled(long sum, AdcTransfer[] adcs, int? digitalPlanePairs = null)
    {
        var geometry = ConvGeometry.Linear(8, 1);
        var node = new MacroNode("fc", [0], 1, geometry, FourBits, Weights, new short[8], [1], [-256]);
        var macro = new MacroSpec { DigitalPlanePairs = digitalPlanePairs };
        var layer = new MappedLayer(new LayerMap("fc", geometry, FourBits, Weights, macro), node.WeightCodes, false);
        var result = new float[1];
        new MacroScale(node, layer, RowGroupAdcs.Of(layer, AdcGain.Fixed, adcs), AccumulationUnit.Levels).Apply([sum], [], 0, result);
        return result[0];
    }

    private static AdcTransfer Pair(double low, double high) =>
        AdcFactory.UniformByRange(2, new(low, high), TieRule.Down, AccumulationUnit.Levels);
}
