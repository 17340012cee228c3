using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Kernels;

/// <summary>Makes layers of a given shape, and checks that every kernel ran on them and agrees with the reference.</summary>
internal static class KernelLayers
{
    public static readonly OperandFormat Unipolar1 = new(1, OperandEncoding.Unipolar), Unipolar2 = new(2, OperandEncoding.Unipolar),
        Twos2 = new(2, OperandEncoding.TwosComplement), Twos3 = new(3, OperandEncoding.TwosComplement),
        Bipolar1 = new(1, OperandEncoding.Bipolar), Bipolar2 = new(2, OperandEncoding.Bipolar);

    /// <summary>Input and weight formats, a pair per product and sign of the top plane.</summary>
    public static (OperandFormat Input, OperandFormat Weight)[] Products { get; } =
        [(Unipolar2, Twos3), (Twos2, Twos2), (Unipolar2, Bipolar1), (Twos2, Bipolar2), (Bipolar1, Bipolar2)];

    /// <summary>A code of random digits, each set with a probability.</summary>
    public static short[] Codes(CaseRandom random, OperandFormat format, int count, int percentSet)
    {
        var codes = new short[count];
        for (int i = 0; i < count; i++)
        {
            int code = format.Encoding == OperandEncoding.Bipolar ? -format.Denominator : 0;
            for (int bit = 0; bit < format.Bits; bit++)
                if (random.WithPercent(percentSet)) code += format.PlaneWeight(bit) * (format.Encoding == OperandEncoding.Bipolar ? 2 : 1);
            codes[i] = (short)code;
        }
        return codes;
    }

    /// <summary>Seven even levels over the middle of the range: every kernel takes it, and it clips.</summary>
    public static AdcTransfer Coarse(int rows, CellProduct product) =>
        AdcFactory.UniformByRange(7, product.IsSigned() ? new(-rows / 2.0, rows / 2.0) : new(0.25, 0.75 * rows + 1), TieRule.Down);

    /// <summary>A level for every count.</summary>
    public static AdcTransfer Transparent(int rows, CellProduct product)
    {
        int low = product.IsSigned() ? -rows : 0;
        return AdcFactory.UniformByRange(rows - low + 1, new(low, rows), TieRule.Down);
    }

    public static MappedLayer Map(VerificationCase verification) => new(
        new LayerMap(verification.Name, verification.Layer.Geometry, verification.Layer.InputFormat, verification.Layer.WeightFormat,
            verification.Macro),
        verification.Layer.WeightCodes, verification.Layer.InputMayBeUndriven);

    /// <summary>Fails where a kernel differs from the reference, or did not take the case.</summary>
    public static void AssertAllAgree(VerificationCase verification)
    {
        long[] expected = verification.RunReference();
        foreach (var kernel in EngineKernels.All.AtLeastOne())
        {
            var failure = kernel.FirstFailure(verification, expected, out bool ran);
            Assert.True(failure is null, failure?.ToString());
            Assert.True(ran || (kernel.Name.StartsWith("exact", StringComparison.Ordinal) && verification.Unit != AccumulationUnit.Counts),
                $"{verification.Name}: {kernel} never ran");
        }
    }
}
