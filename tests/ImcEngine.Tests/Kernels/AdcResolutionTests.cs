using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels.Adc;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.Kernels;

/// <summary>Kernels agree at resolutions from 1 to 10 bits, with full and clipped ranges, and with LSBs above and below a count. Codes come
/// from comparisons and from scales.</summary>
public class AdcResolutionTests
{
    public static TheoryData<int, OperandEncoding, OperandEncoding> Cases
    {
        get
        {
            var cases = new TheoryData<int, OperandEncoding, OperandEncoding>();
            foreach (int bits in ChildTestRun.IsRunning ? [1, 3, 4, 6, 10] : Enumerable.Range(1, 10))
            {
                cases.Add(bits, OperandEncoding.Unipolar, OperandEncoding.TwosComplement);
                cases.Add(bits, OperandEncoding.Unipolar, OperandEncoding.Bipolar);
                cases.Add(bits, OperandEncoding.Bipolar, OperandEncoding.Bipolar);
            }
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Every_kernel_equals_the_reference(int bits, OperandEncoding input, OperandEncoding weight)
    {
        double least = CellProducts.ForEncodings(input, weight).IsSigned() ? -60 : 0;
        CountRange[] ranges = [new(least, 60), new(least / 4, 15), new(least / 3 - 0.3, 20.7), new(5.5, 17.25), new(least - 40, 110)];
        for (int i = 0; i < ranges.Length; i++)
        {
            // Kernels are given thresholds, in which ties are settled: each range has one rule with every other number of bits.
            var ties = (bits + i) % 2 == 0 ? TieRule.Down : TieRule.Up;
            var verification = Case(new(2, input), new(2, weight), AdcFactory.UniformByRange(1 << bits, ranges[i], ties));
            long[] expected = verification.RunReference();
            int ran = 0;
            foreach (var kernel in EngineKernels.All)
                if (kernel.Run(verification) is { } got)
                {
                    Assert.True(expected.AsSpan().SequenceEqual(got), $"{kernel}, {ranges[i]}, ties {ties}");
                    ran++;
                }
            Assert.True(ran > 1, $"{ran} kernels took the case.");
        }
    }

    /// <summary>Levels of any list: D21's, cut to two decimals, of rounded steps, and drawn ones up to 7 bits;
    /// with edges drawn between them.</summary>
    [Theory]
    [InlineData(OperandEncoding.Unipolar, OperandEncoding.TwosComplement)]
    [InlineData(OperandEncoding.Unipolar, OperandEncoding.Bipolar)]
    [InlineData(OperandEncoding.Bipolar, OperandEncoding.Bipolar)]
    public void Every_kernel_takes_levels_that_are_not_even_and_equals_the_reference(OperandEncoding input, OperandEncoding weight)
    {
        AdcTransfer[] adcs = [D21Converters.Cifar(60, 32, 2, isLinear: false), D21Converters.Cifar(30, 15, 2, isLinear: false),
            D21Converters.ImageNet(60, 32), Drawn(3), Drawn(16), Drawn(64), Drawn(128)];
        foreach (var adc in adcs)
            foreach (int bits in (int[])[1, 2])
            {
                var verification = Case(new(bits, input), new(bits, bits == 1 ? OperandEncoding.Bipolar : weight), adc);
                Assert.False(IntegerAdc.FromTransfer(adc, verification.Unit).Merged().IsAffine(out _, out _));
                KernelLayers.AssertAllAgree(verification);
            }
    }

    /// <summary>Nearly every conversion residuals 5.6 counts above the line: each accumulator holds their sum, and 32 bits do not hold
    /// eight weight planes of them combined.</summary>
    [Fact]
    public void Rests_of_many_weight_planes_do_not_overflow()
    {
        double[] edges = [-50.5, .. Enumerable.Range(50, 14).Select(edge => (double)edge)];
        double[] levels = [0, .. Enumerable.Range(1, 15).Select(level => level + 5.99999)];
        var verification = Case(new(4, OperandEncoding.Unipolar), new(8, OperandEncoding.Bipolar),
            new(edges, levels, TieRule.Down, 1, AccumulationUnit.Levels));
        long[] expected = verification.RunReference();
        Assert.True(expected.Max() > int.MaxValue);
        int took = 0;
        foreach (var kernel in EngineKernels.All)
        {
            Assert.Null(kernel.FirstFailure(verification, expected, out bool ran));
            took += ran ? 1 : 0;
        }
        Assert.True(took > 1, $"{took} kernels took the case.");
    }

    /// <summary>Levels of whole hundredths of a count and edges anywhere.</summary>
    private static AdcTransfer Drawn(int levels)
    {
        var random = new Random(levels);
        double[] edges = [.. Enumerable.Range(1, levels - 1).Select(_ => Math.Round(random.NextDouble() * 90 - 40, 2)).Order()];
        return new(edges, [.. Enumerable.Range(0, levels).Select(k => k - 20 + Math.Round(random.NextDouble(), 2)).Order()], TieRule.Down,
            1, AccumulationUnit.Levels);
    }

    private static VerificationCase Case(OperandFormat input, OperandFormat weight, AdcTransfer adc)
    {
        var geometry = new ConvGeometry { InputChannels = 130, InputHeight = 2, InputWidth = 3, OutputChannels = 9 };
        short[] Codes(OperandFormat format, long count) => [.. Enumerable.Range(0, (int)count).Select(i =>
            (short)(format.MinCode + (format.Encoding == OperandEncoding.Bipolar ? 2 : 1) * (i * 7919 % 104729 * 31 % (1 << format.Bits))))
            .Select(code => format.Holds(code) ? code : (short)format.MaxCode)];
        var layer = new ReferenceLayer(geometry, input, weight, Codes(weight, geometry.WeightCount));
        return new($"{input} x {weight}", layer, Codes(input, geometry.InputSize),
            new MacroSpec { Rows = 60, Mapping = MappingKind.Dense }, adc);
    }
}
