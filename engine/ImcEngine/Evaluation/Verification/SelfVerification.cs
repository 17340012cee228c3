using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Verification;

/// <summary>How often each kernel was compared with the reference.</summary>
internal sealed record KernelRuns(KernelUnderTest Kernel, int Cases);

/// <summary>What a self-verification found.</summary>
/// <param name="Cases">Made and run by the reference.</param>
/// <param name="PlainCases">Of these, with exact sums, held against the plain convolution.</param>
/// <param name="Runs">Per kernel and lane orientation.</param>
/// <param name="Failures">At most <see cref="SelfVerification.MaxFailures"/>: then it stops.</param>
internal sealed record SelfVerificationReport(int Cases, int PlainCases, IReadOnlyList<KernelRuns> Runs,
    IReadOnlyList<VerificationFailure> Failures)
{
    /// <summary>Expected kernels that no case exercised: as much a failure as a wrong number.</summary>
    public IReadOnlyList<KernelUnderTest> NeverRan => [.. Runs.Where(run => run.Cases == 0).Select(run => run.Kernel)];

    public bool Passed => Cases > 0 && PlainCases > 0 && Failures.Count == 0 && NeverRan.Count == 0;
}

/// <summary>ARITHMETIC §11: plain convolution (where sums are exact), reference and every kernel on the same random cases,
/// for exact equality.</summary>
internal static class SelfVerification
{
    public const int MaxFailures = 20;

    /// <summary>Dies are run by the kernel of any die alone, so most cases are ideal.</summary>
    private const int DieCaseEvery = 4;

    private const string ReferenceName = "reference";

    /// <param name="kernels">All that must run at least once.</param>
    /// <param name="seed">Of the cases.</param>
    /// <param name="another">Given the number of cases done, whether to go on: a time or a count.</param>
    public static SelfVerificationReport Run(IReadOnlyList<KernelUnderTest> kernels, uint seed, Func<int, bool> another)
    {
        var runs = new int[kernels.Count];
        var failures = new List<VerificationFailure>();
        int cases = 0, plainCases = 0;
        for (; failures.Count < MaxFailures && another(cases); cases++)
        {
            var verification = cases % DieCaseEvery == DieCaseEvery - 1 ? RandomDieCases.Make(seed, cases) : RandomCases.Make(seed, cases);
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
}
