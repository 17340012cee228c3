namespace ImcEngine.Evaluation.Verification;

/// <summary>A kernel to compare with the reference.</summary>
/// <param name="Name">E.g. <c>vertical-256</c>.</param>
/// <param name="Lanes">What lies side by side in its vectors, e.g. <c>columns</c> or <c>pixels</c>.</param>
/// <param name="Run">
/// The accumulators <c>[image, outputChannel, pixel]</c> in the unit of <see cref="VerificationCase.Unit"/>;
/// null where the kernel does not take such a case.
/// </param>
internal sealed record KernelUnderTest(string Name, string Lanes, Func<VerificationCase, long[]?> Run)
{
    public override string ToString() => $"{Name} ({Lanes} in lanes)";

    /// <param name="expected">The reference's accumulators.</param>
    /// <param name="ran">False where the kernel does not take the case.</param>
    internal VerificationFailure? FirstFailure(VerificationCase verification, ReadOnlySpan<long> expected, out bool ran)
    {
        ran = true;
        try
        {
            long[]? acc = Run(verification);
            ran = acc is not null;
            return acc is null ? null : VerificationFailure.FirstDifference(verification, ToString(), expected, acc);
        }
        catch (Exception e)
        {
            // Whatever a kernel throws on a valid case is a failure to report, with the case that shows it.
            return VerificationFailure.Thrown(verification, ToString(), e);
        }
    }
}
