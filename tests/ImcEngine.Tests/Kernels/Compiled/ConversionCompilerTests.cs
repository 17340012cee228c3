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
}
