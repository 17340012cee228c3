using ImcEngine.Evaluation.Verification;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.Kernels;

/// <summary>The random cases that compare the kernels with the reference would soon detect each of these faults. Not repeated in child test
/// runs, where the cases are the same.</summary>
[Trait(ChildTestRun.InChildren, ChildTestRun.Never)]
public class DeliberateFaultTests
{
    internal const int Cases = 60;

    public static TheoryData<string> Faults { get; } = [.. FaultyKernels.All.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public void Self_verification_catches(string fault)
    {
        var report = SelfVerification.Run([FaultyKernels.All[fault]], seed: 1, done => done < Cases);
        Assert.False(report.Passed);
        Assert.NotEmpty(report.Failures);
        Assert.All(report.Failures, failure => Assert.DoesNotContain("Exception", failure.Got));
    }

    [Fact]
    public void The_same_machinery_without_a_fault_passes()
    {
        var report = SelfVerification.Run(FaultyKernels.WithoutFault, seed: 1, done => done < Cases);
        Assert.True(report.Passed, string.Join('\n', report.Failures));
    }
}
