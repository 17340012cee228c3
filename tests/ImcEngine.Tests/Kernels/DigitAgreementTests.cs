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

    /// <summary>With planes of 1-bit weights the pixel kernels count the rows that two outputs share once; digits belong to one output.
    /// </summary>
    [Theory, InlineData(5), InlineData(6)]
    public void Weights_of_one_bit_take_input_digits_in_every_bit_sliced_kernel(int outputs)
    {
        foreach (var weight in (OperandFormat[])[KernelLayers.Bipolar1, KernelLayers.Unipolar1])
            Assert.Equal(["columns", "pixels"], LanesThatRan(WithDigits(new(4, OperandEncoding.Unipolar), weight, outputs, 2)));
    }

    /// <summary>Padded positions of a convolution are not driven.</summary>
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void Bipolar_inputs_of_ternary_weights_take_the_bit_sliced_kernels_of_columns(int inputDigitBits) =>
        Assert.Equal(["columns"],
            LanesThatRan(WithDigits(new(4, OperandEncoding.Bipolar), OperandFormat.Ternary, outputs: 70, inputDigitBits)));

    private static VerificationCase WithDigits(OperandFormat input, OperandFormat weight, int outputs, int inputDigitBits)
    {
        var geometry = new ConvGeometry
        {
            InputChannels = 12, InputHeight = 5, InputWidth = 4, OutputChannels = outputs, KernelHeight = 3, KernelWidth = 3,
            PadTop = 1, PadLeft = 1, PadBottom = 1, PadRight = 1,
        };
        var random = new CaseRandom(6, (uint)outputs);
        var macro = new MacroSpec { Rows = 48, InputDigitBits = inputDigitBits };
        var products = new DigitProducts(macro.InputDigits(input), macro.WeightDigits(weight));
        var layer = new ReferenceLayer(geometry, input, weight, RandomCodes.Make(random, weight, (int)geometry.WeightCount, 0));
        double most = 12 * Math.Max(products.Most, -products.Least);
        return new($"{input} x {weight}", layer, KernelLayers.Codes(random, input, geometry.InputSize, 50), macro,
            AdcFactory.UniformByRange(16, new(-most, most), TieRule.Down));
    }

    /// <summary>Returns what is in the lanes of the bit-sliced kernels that run a case; each must equal the reference.</summary>
    private static IEnumerable<string> LanesThatRan(VerificationCase verification)
    {
        long[] expected = verification.RunReference();
        var ran = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var kernel in EngineKernels.All)
        {
            var failure = kernel.FirstFailure(verification, expected, out bool runs);
            Assert.True(failure is null, $"{failure}");
            if (runs && (kernel.Lanes is "columns" or "pixels") && kernel.Name != "die") ran.Add(kernel.Lanes);
        }
        return ran;
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
