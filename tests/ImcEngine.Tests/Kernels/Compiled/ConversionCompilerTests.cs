using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Tests.Kernels.Compiled;

public class ConversionCompilerTests
{
    private static readonly ConversionSpec Counts = ConversionSpec.OfCounts(CarrySaveCounterEmitter.LeastPlanes);

    [Fact]
    public void A_runtime_that_compiles_nothing_is_refused_with_what_to_do()
    {
        string message =
            Assert.Throws<ImcException>(() => ConversionCompiler<Lanes64, ulong>.Compile(Counts, canCompile: false)).Message;
        foreach (string part in new[] { "RuntimeFeature.IsDynamicCodeSupported is false", "just-in-time compiler",
            "DynamicCodeSupport=false" })
            Assert.Contains(part, message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_asked_before_a_program_that_was_compiled_before_is_looked_for()
    {
        var program = ConversionCompiler<Lanes64, ulong>.Compile(Counts);
        Assert.Same(program, ConversionCompiler<Lanes64, ulong>.Compile(Counts, canCompile: true));
        Assert.Throws<ImcException>(() => ConversionCompiler<Lanes64, ulong>.Compile(Counts, canCompile: false));
    }

    /// <summary>A layer whose program would be twenty times slower takes another kernel.</summary>
    [Fact]
    public void Programs_of_digits_that_would_not_be_optimized_are_left_to_other_kernels()
    {
        ListDigit one = new(1, false, false), two = new(2, false, false);
        Assert.NotNull(ConversionCompiler<Lanes64, ulong>.TryCompile(OfDigits(3, [one, two])));
        Assert.Null(ConversionCompiler<Lanes64, ulong>.TryCompile(OfDigits(12, [one, two, one, two, one, two, one, two])));
    }

    /// <param name="bits">The planes of all digits.</param>
    private static ConversionSpec OfDigits(int bits, ValueList<ListDigit> digits) =>
        new(bits, false, 0, StartParts.Common, 0, new ThresholdsPlan([3, 9, 20], 12, IsSigned: false), false, 20)
        {
            Digits = new(4, 64, digits, ArePaired: false),
        };
}
