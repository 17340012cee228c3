namespace ImcEngine.Evaluation.Verification;

/// <summary>A kernel to compare with the reference.</summary>
/// <param name="Name">The name, e.g. <c>vertical-256</c>.</param>
/// <param name="Lanes">What is side by side in its vectors, e.g. <c>columns</c> or <c>pixels</c>.</param>
/// <param name="Run">
/// Returns the accumulators <c>[image, outputChannel, pixel]</c> in the unit of <see cref="VerificationCase.Unit"/>; null if the kernel
/// does not support the case.
/// </param>
internal sealed record KernelUnderTest(string Name, string Lanes, Func<VerificationCase, long[]?> Run)
{
    public override string ToString() => $"{Name} ({Lanes} in lanes)";

    /// <summary>Runs the kernel and returns its first difference from the reference, or null.</summary>
    /// <param name="verification">The case.</param>
    /// <param name="expected">The reference's accumulators.</param>
    /// <param name="ran">False if the kernel does not support the case.</param>
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
            // Any exception of a kernel on a valid case is a failure to report.
            return VerificationFailure.Thrown(verification, ToString(), e);
        }
    }
}
