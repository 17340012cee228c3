using ImcEngine.Evaluation.Verification;

namespace ImcEngine.Tests.Kernels;

/// <summary>Every kernel against the normative reference, code for code.</summary>
public class KernelAgreementTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_kernel_equals_the_reference_on_random_cases(int seed)
    {
        var report = SelfVerification.Run(EngineKernels.All, (uint)seed, done => done < 150);
        Assert.True(report.Passed, string.Join('\n', [.. report.Failures, .. report.NeverRan.Select(kernel => $"{kernel} never ran")]));
    }
}
