using ImcEngine.Evaluation.Verification;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.Kernels;

/// <summary>Every kernel agrees with the normative reference, code for code.</summary>
public class KernelAgreementTests
{
    /// <summary>In a child as many cases as <see cref="DeliberateFaultTests"/> needs to notice every fault.</summary>
    private static readonly int Cases = ChildTestRun.IsRunning ? DeliberateFaultTests.Cases : 150;

    public static TheoryData<int> Seeds => ChildTestRun.IsRunning ? [1] : [1, 2, 3];

    [Theory, MemberData(nameof(Seeds))]
    public void Every_kernel_equals_the_reference_on_random_cases(int seed)
    {
        var report = SelfVerification.Run(EngineKernels.All, (uint)seed, done => done < Cases);
        Assert.True(report.Passed, string.Join('\n', [.. report.Failures, .. report.NeverRan.Select(kernel => $"{kernel} never ran")]));
    }
}
