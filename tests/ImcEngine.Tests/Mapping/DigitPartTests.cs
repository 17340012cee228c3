using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Mapping;

/// <summary>Parts of a layer that some digit pairs make (ARITHMETIC §15).</summary>
public class DigitPartTests
{
    private static readonly OperandFormat U4 = new(4, OperandEncoding.Unipolar), T4 = new(4, OperandEncoding.TwosComplement),
        B4 = new(4, OperandEncoding.Bipolar);

    /// <summary>Every pair lies in one part, and parts hold either digital pairs or converted ones.</summary>
    [Theory]
    [InlineData(1, 1, SignPlaneKind.Joined, new[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData(2, 1, SignPlaneKind.Joined, new[] { 1, 2, 3, 4, 5 })]
    [InlineData(2, 3, SignPlaneKind.Own, new[] { 2, 3, 5 })]
    public void Each_digit_pair_lies_in_one_part(int inputBits, int weightBits, SignPlaneKind sign, int[] starts)
    {
        var macro = new MacroSpec { InputDigitBits = inputBits, WeightDigitBits = weightBits, SignPlane = sign };
        foreach (int? start in starts.Select(start => (int?)start).Append(null))
        {
            var map = Map(macro with { DigitalPlanePairs = start });
            var found = new Dictionary<(int, int), bool>();
            foreach (var part in DigitPart.Of(map))
            {
                var own = map.OfDigits(part);
                for (int i = 0; i < own.InputDigits.Count; i++)
                    for (int j = 0; j < own.WeightDigits.Count; j++)
                    {
                        found.Add((part.FirstInput + i, part.FirstWeight + j), part.IsDigital);
                        int factor = map.InputDigits.Weight(part.FirstInput) * map.WeightDigits.Weight(part.FirstWeight);
                        Assert.Equal(map.InputDigits.Weight(part.FirstInput + i) * map.WeightDigits.Weight(part.FirstWeight + j),
                            factor * own.InputDigits.Weight(i) * own.WeightDigits.Weight(j));
                    }
            }
            Assert.Equal(map.DigitPairs, found.Count);
            Assert.All(found, pair => Assert.Equal(map.IsDigital(pair.Key.Item1, pair.Key.Item2), pair.Value));
        }
    }

    /// <summary>A code is the sum of the codes of its parts, each times the weight of its lowest plane.</summary>
    [Fact]
    public void Codes_are_sums_of_the_codes_of_their_planes()
    {
        foreach (var format in (OperandFormat[])[U4, T4, B4])
            for (int digits = 0; digits < 16; digits++)
                for (int cut = 1; cut < 4; cut++)
                {
                    Digit low = new(0, cut), high = new(cut, 4 - cut);
                    int code = format.Code(digits);
                    short[] all = [.. Enumerable.Repeat((short)code, 70)], within = new short[70];
                    foreach (var planes in (Digit[])[low, high])
                    {
                        format.CodesWithin(planes, all, within);
                        Assert.All(within, each => Assert.Equal(format.CodeWithin(planes, code), each));
                    }
                    Assert.True(format.Within(high).Holds(format.CodeWithin(high, code)));
                    Assert.Equal(code, format.CodeWithin(low, code) + (format.PlaneWeight(cut) * format.CodeWithin(high, code)));
                }
    }

    /// <summary>Bipolar code 0 drives no plane, and so none of a part.</summary>
    [Fact]
    public void Code_0_of_bipolar_planes_stays_undriven()
    {
        short[] within = new short[70];
        foreach (var planes in (Digit[])[new(0, 1), new(1, 3)])
        {
            B4.CodesWithin(planes, new short[within.Length], within);
            Assert.All(within, code => Assert.Equal(0, code));
        }
    }

    private static LayerMap Map(MacroSpec macro) => new("layer", ConvGeometry.Linear(20, 3), U4, T4, macro);
}
