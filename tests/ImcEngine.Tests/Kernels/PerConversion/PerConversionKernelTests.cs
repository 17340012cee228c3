using ImcEngine.Evaluation.Verification;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Kernels.PerConversion;

/// <summary>The base of tests of the per-conversion kernel against the normative reference: the kernel, and a folder for tables and
/// profiles.</summary>
public abstract class PerConversionKernelTests : IDisposable
{
    private protected static readonly KernelUnderTest Kernel = EngineKernels.All.Single(kernel => kernel.Name == "die");

    private protected TemporaryFolder Folder { get; } = new();

    public void Dispose()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static void RequireEqual(VerificationCase verification)
    {
        var failure = Kernel.FirstFailure(verification, verification.RunReference(), out bool ran);
        Assert.True(ran);
        Assert.True(failure is null, $"{failure} {verification.Macro} {verification.Adc.Unit} {verification.Adc.Ties}");
    }
}
