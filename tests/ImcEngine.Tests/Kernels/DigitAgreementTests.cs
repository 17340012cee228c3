using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;
using ImcEngine.Tests.Kernels.PerConversion;

namespace ImcEngine.Tests.Kernels;

/// <summary>Digits of several planes (ARITHMETIC §15): the kernel agrees with the normative reference, code for code.</summary>
public sealed class DigitAgreementTests : PerConversionKernelTests
{
    [Theory, InlineData(1), InlineData(2)]
    public void The_kernel_equals_the_reference_on_random_digits(int seed)
    {
        for (int index = 0; index < 80; index++) RequireEqual(RandomDigitCases.Make((uint)seed, index));
    }

    /// <summary>The bit-sliced kernels convert digits on ideal dies too, alone and, with pixels in their lanes, several images at
    /// once.</summary>
    [Fact]
    public void Bit_sliced_kernels_equal_the_reference_on_digits()
    {
        var kernels = EngineKernels.All.Where(kernel => kernel.Lanes is "pixels" or "columns" && kernel.Name != "die").ToList();
        var ran = kernels.ToDictionary(kernel => kernel.Name, _ => 0);
        for (int index = 0; index < 150; index++)
        {
            var of = RandomDigitCases.Make(3, index);
            var verification = of with { Macro = of.Macro with { Die = new() } };
            var (inputs, weights) = Digits(verification);
            if (inputs.ArePlanes && weights.ArePlanes) continue;
            long[] expected = verification.RunReference();
            foreach (var kernel in kernels)
            {
                Assert.Null(kernel.FirstFailure(verification, expected, out bool runs));
                if (runs) ran[kernel.Name]++;
            }
        }
        Assert.All(ran, kernel => Assert.True(kernel.Value >= 10, $"{kernel.Key} ran {kernel.Value} cases of digits."));
    }

    [Fact]
    public void Random_digits_meet_every_encoding_length_and_error()
    {
        var cases = Enumerable.Range(0, 800).Select(index => RandomDigitCases.Make(1, index)).ToList();
        foreach (int bits in (int[])[2, 3, 4, 8])
        {
            Assert.Contains(cases, c => c.Macro.InputDigitBits == bits && c.Layer.InputFormat.Bits >= bits);
            Assert.Contains(cases, c => c.Macro.WeightDigitBits == bits && c.Layer.WeightFormat.Bits >= bits);
        }
        foreach (int bits in (int[])[2, 3, 4])
            Assert.Contains(cases, c => c.Macro.CellBits == bits && c.Layer.WeightFormat.Bits > bits);
        Assert.Contains(cases, c => c.Macro.CellBits > 1 && c.Macro.WeightDigitBits > c.Macro.CellBits
            && c.Layer.WeightFormat.Bits > c.Macro.CellBits && c.Macro.Die.CellMismatchRelative > 0);
        foreach (var encoding in (OperandEncoding[])[OperandEncoding.Unipolar, OperandEncoding.Bipolar, OperandEncoding.TwosComplement])
        {
            Assert.Contains(cases, c => c.Layer.InputFormat.Encoding == encoding && !Digits(c).Inputs.ArePlanes);
            Assert.Contains(cases, c => c.Layer.InputFormat.Encoding == encoding && IsTernary(c) && c.Macro.Die.CellMismatchRelative > 0);
        }
        Assert.Contains(cases, c => IsTernary(c) && c.Macro.Die.StuckAtZeroRelative > 0 && c.Macro.Die.StuckAtOneRelative > 0);
        Assert.Contains(cases, c => IsTernary(c) && c.Layer.InputMayBeUndriven);
        Assert.Contains(cases, c => c.Macro.StoredOffset(c.Layer.WeightFormat) > 0 && c.Macro.Die.CellMismatchRelative > 0);
        Assert.Contains(cases, c => c.Macro.StoredOffset(c.Layer.WeightFormat) > 0 && c.Unit == AccumulationUnit.Counts);
        foreach (var sign in Enum.GetValues<SignPlaneKind>())
            Assert.Contains(cases, c => c.Macro.SignPlane == sign && c.Layer.WeightFormat.Encoding == OperandEncoding.TwosComplement
                && !Digits(c).Weights.ArePlanes);
        Assert.Contains(cases, c => c.Macro.Die.CellMismatchRelative > 0 && !Digits(c).Weights.ArePlanes);
        Assert.Contains(cases, c => c.Macro.Die.StuckAtOneRelative > 0 && !Digits(c).Weights.ArePlanes);
        Assert.Contains(cases, c => c.Macro.Die.HasNoise && !Digits(c).Inputs.ArePlanes);
        Assert.Contains(cases, c => c.Macro.Die.StuckAtZeroRelative > 0 && c.Macro.CellBits > 1);
        Assert.Contains(cases, c => c.Macro.ColumnsPerAdc > 1 && !Digits(c).Weights.ArePlanes);
    }

    /// <summary>With exact sums every way to cut operands into digits gives the integer convolution.</summary>
    [Theory]
    [InlineData(1, null, SignPlaneKind.Joined), InlineData(2, 2, SignPlaneKind.Joined), InlineData(4, 4, SignPlaneKind.Joined)]
    [InlineData(3, 3, SignPlaneKind.Own), InlineData(8, 8, SignPlaneKind.Joined), InlineData(1, 4, SignPlaneKind.Own)]
    public void Digits_do_not_change_exact_sums(int inputDigitBits, int? weightDigitBits, SignPlaneKind signPlane)
    {
        for (int index = 0; index < 20; index++)
        {
            var of = RandomCases.Make(9, index);
            var macro = of.Macro with { InputDigitBits = inputDigitBits, WeightDigitBits = weightDigitBits, SignPlane = signPlane };
            var exact = of with { Macro = macro, Adc = AdcTransfer.None };
            Assert.Equal(exact.RunPlainConvolution(), exact.RunReference());
        }
    }

    /// <summary>An ADC of one code per count is transparent for digits too, and every kernel then gives the integer convolution.</summary>
    [Fact]
    public void A_transparent_ADC_gives_the_integer_convolution()
    {
        var geometry = ConvGeometry.Linear(40, 3);
        foreach (var (input, weight) in (IEnumerable<(OperandFormat, OperandFormat)>)[.. KernelLayers.Products,
            (KernelLayers.Unipolar2, OperandFormat.Ternary), (KernelLayers.Twos2, OperandFormat.Ternary),
            (KernelLayers.Bipolar2, OperandFormat.Ternary)])
        {
            var random = new CaseRandom(3, 1);
            var macro = new MacroSpec { Rows = 16, InputDigitBits = 2, WeightDigitBits = 2 };
            var products = new DigitProducts(macro.InputDigits(input), macro.WeightDigits(weight));
            var layer = new ReferenceLayer(geometry, input, weight, RandomCodes.Make(random, weight, (int)geometry.WeightCount, 0));
            var verification = new VerificationCase($"{input} x {weight}", layer, KernelLayers.Codes(random, input, geometry.InputSize, 50),
                macro, AdcFactory.Create(new() { LsbCounts = 1 }, macro.Rows, products));
            Assert.Equal(AccumulationUnit.Counts, verification.Unit);
            Assert.Equal(verification.RunPlainConvolution(), verification.RunReference());
            RequireEqual(verification);
        }
    }

    private static bool IsTernary(VerificationCase c) => c.Layer.WeightFormat == OperandFormat.Ternary;

    private static (OperandDigits Inputs, OperandDigits Weights) Digits(VerificationCase c) =>
        (c.Macro.InputDigits(c.Layer.InputFormat), c.Macro.WeightDigits(c.Layer.WeightFormat));
}
