using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Verification;

/// <summary>How often a kernel was compared with the reference.</summary>
internal sealed record KernelRuns(KernelUnderTest Kernel, int Cases);

/// <summary>The result of a self-verification.</summary>
/// <param name="Cases">The number of cases that the reference ran.</param>
/// <param name="PlainCases">The number of these with exact sums, which were compared with the plain convolution.</param>
/// <param name="Runs">The runs of each kernel and lane orientation.</param>
/// <param name="Failures">The failures. Verification stops when there are <see cref="SelfVerification.MaxFailures"/>.</param>
internal sealed record SelfVerificationReport(int Cases, int PlainCases, IReadOnlyList<KernelRuns> Runs,
    IReadOnlyList<VerificationFailure> Failures)
{
    /// <summary>The expected kernels that no case exercised; this is a failure too.</summary>
    public IReadOnlyList<KernelUnderTest> NeverRan => [.. Runs.Where(run => run.Cases == 0).Select(run => run.Kernel)];

    public bool Passed => Cases > 0 && PlainCases > 0 && Failures.Count == 0 && NeverRan.Count == 0;
}

/// <summary>ARITHMETIC §11: runs the plain convolution (if sums are exact), the reference and every kernel on the same random cases and
/// requires exact equality.</summary>
internal static class SelfVerification
{
    public const int MaxFailures = 20;

    /// <summary>One case in so many has a non-ideal die. Most cases are ideal, because only one kernel runs non-ideal dies.</summary>
    private const int DieCaseEvery = 4;

    /// <summary>One case in so many converts several planes at once. Only the kernels of single conversions and of exact sums run
    /// these.</summary>
    private const int DigitCaseEvery = 8;

    private const string ReferenceName = "reference";

    /// <summary>Runs random cases.</summary>
    /// <param name="kernels">The kernels, each of which must run at least once.</param>
    /// <param name="seed">The seed of the cases.</param>
    /// <param name="another">Returns whether to run another case, given the number of finished cases.</param>
    public static SelfVerificationReport Run(IReadOnlyList<KernelUnderTest> kernels, uint seed, Func<int, bool> another)
    {
        var runs = new int[kernels.Count];
        var failures = new List<VerificationFailure>();
        int cases = 0, plainCases = 0;
        for (; failures.Count < MaxFailures && another(cases); cases++)
        {
            var verification = CaseOf(seed, cases);
            long[] expected = verification.RunReference();
            if (verification.Unit == AccumulationUnit.Counts)
            {
                plainCases++;
                if (VerificationFailure.FirstDifference(verification, ReferenceName, verification.RunPlainConvolution(),
                    expected) is { } difference)
                    failures.Add(difference);
            }
            for (int k = 0; k < kernels.Count; k++)
            {
                if (kernels[k].FirstFailure(verification, expected, out bool ran) is { } failure) failures.Add(failure);
                if (ran) runs[k]++;
            }
        }
        return new(cases, plainCases, [.. kernels.Select((kernel, k) => new KernelRuns(kernel, runs[k]))], failures);
    }

    /// <summary>Makes case number <paramref name="index"/> of a seed, which is the same on every machine.</summary>
    internal static VerificationCase CaseOf(uint seed, int index)
    {
        var ofOneAdc = index % DigitCaseEvery == DigitCaseEvery / 2 ? RandomDigitCases.Make(seed, index)
            : index % DieCaseEvery == DieCaseEvery - 1 ? RandomDieCases.Make(seed, index) : RandomCases.Make(seed, index);
        return RandomDigitPairCases.Of(RandomRowGroupCases.Of(ofOneAdc, seed, index), seed, index);
    }
}
