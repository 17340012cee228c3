using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Kernels;

/// <summary>Kernels agree with the reference where converters were designed from histograms, whose levels are in sixteenths.</summary>
public class DesignedAdcTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_kernel_equals_the_reference(bool onDies)
    {
        var ran = new HashSet<string>();
        int sixteenths = 0;
        for (int index = 0; index < 120; index++)
        {
            var verification = Designed(onDies ? RandomDieCases.Make(21, index) : RandomCases.Make(21, index), index);
            if (verification.Unit == AccumulationUnit.Sixteenths) sixteenths++;
            long[] expected = verification.RunReference();
            foreach (var kernel in EngineKernels.All)
            {
                Assert.Null(kernel.FirstFailure(verification, expected, out bool runs));
                if (runs) ran.Add(kernel.Name);
            }
        }
        Assert.True(sixteenths > 60, $"{sixteenths} in sixteenths");
        Assert.Superset(onDies ? ["die"] : EngineKernels.All.Select(kernel => kernel.Name).Where(name => !name.StartsWith("exact",
            StringComparison.Ordinal)).ToHashSet(), ran);
    }

    /// <summary>Gives a case a converter made from a random histogram of its sums, densest around 0.</summary>
    private static VerificationCase Designed(VerificationCase verification, int index)
    {
        var random = new CaseRandom(22, (uint)index);
        var products = (DigitProducts)CellProducts.ForEncodings(verification.Layer.InputFormat.Encoding,
            verification.Layer.WeightFormat.Encoding);
        int rows = verification.Macro.Rows, least = rows * products.Least, most = rows * products.Most;
        var weights = new long[most - least + 1];
        for (int i = 0; i < weights.Length; i++) weights[i] = random.Between(0, 1 << 20) / (1 + Math.Abs(i + least));
        weights[-least] = 1 << 20;
        var adc = AdcDesigner.Make(weights, least, random.OneOf(2, 4, 8, 16, 27), new() { Design = ConverterDesign.LloydMax }, 1);
        var macro = verification.Macro with { Die = verification.Macro.Die with { SarMismatchRelative = 0 } };
        return verification with { Adc = adc.Transfer(TieRule.Down), Macro = macro };
    }
}
