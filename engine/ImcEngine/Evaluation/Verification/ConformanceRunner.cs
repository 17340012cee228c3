using System.Globalization;

namespace ImcEngine.Evaluation.Verification;

/// <summary>The results of a number of conformance cases. A case fails if it cannot be read or if any kernel fails it.</summary>
internal sealed record ConformanceReport(int Passed, int Failed, IReadOnlyList<VerificationFailure> Failures)
{
    public override string ToString() => $"{Passed} passed, {Failed} failed";
}

/// <summary>
/// Runs conformance cases. The reference's real results must agree with result.npy within 1e-5 of the largest magnitude in it. The
/// accumulators of every kernel must equal those of the reference exactly.
/// </summary>
internal static class ConformanceRunner
{
    public const double ToleranceRelative = 1e-5;

    private const string ReferenceName = "reference";

    /// <summary>Returns the case folders at or below a folder, in ordinal order.</summary>
    /// <exception cref="ImcException">There is no case.</exception>
    public static string[] FindCases(string folder)
    {
        if (!Directory.Exists(folder))
            throw new ImcException($"There is no folder '{folder}'; give one that holds conformance cases (folders with case.json).");
        string[] cases = [.. Directory.EnumerateFiles(folder, "case.json", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(file)!).Order(StringComparer.Ordinal)];
        return cases.Length > 0 ? cases : throw new ImcException($"'{folder}' has no conformance case: no folder in it has a case.json.");
    }

    /// <summary>Runs the cases in these folders.</summary>
    /// <param name="folders">The case folders.</param>
    /// <param name="kernels">The kernels to compare with the reference.</param>
    /// <param name="onCase">Receives each finished folder with its failures.</param>
    public static ConformanceReport Run(
        IReadOnlyList<string> folders, IReadOnlyList<KernelUnderTest> kernels,
        Action<string, IReadOnlyList<VerificationFailure>>? onCase = null)
    {
        var failures = new List<VerificationFailure>();
        int failed = 0;
        foreach (string folder in folders)
        {
            var found = RunFolder(folder, kernels);
            if (found.Count > 0) failed++;
            failures.AddRange(found);
            onCase?.Invoke(folder, found);
        }
        return new(folders.Count - failed, failed, failures);
    }

    private static List<VerificationFailure> RunFolder(string folder, IReadOnlyList<KernelUnderTest> kernels)
    {
        try
        {
            return RunCase(ConformanceCase.Load(folder), kernels);
        }
        catch (ImcException e)
        {
            return [new(Path.GetFileName(folder), ReferenceName, "", "before any result", "a readable case", e.Message)];
        }
    }

    /// <summary>Runs one case and returns its failures.</summary>
    public static List<VerificationFailure> RunCase(ConformanceCase conformance, IReadOnlyList<KernelUnderTest> kernels)
    {
        long[] acc = conformance.Case.RunReference();
        var failures = new List<VerificationFailure>();
        if (FirstDeviation(conformance, acc) is { } deviation) failures.Add(deviation);
        foreach (var kernel in kernels)
            if (kernel.FirstFailure(conformance.Case, acc, out _) is { } failure) failures.Add(failure);
        return failures;
    }

    /// <summary>Returns the largest deviation from result.npy, relative to the largest magnitude in it.</summary>
    public static double DeviationRelative(ConformanceCase conformance, ReadOnlySpan<long> acc)
    {
        double deviation = conformance.ToReal(acc).Zip(conformance.Expected, (real, expected) => Math.Abs(real - expected)).Max();
        return deviation == 0 ? 0 : deviation / conformance.Expected.Max(Math.Abs);
    }

    private static VerificationFailure? FirstDeviation(ConformanceCase conformance, ReadOnlySpan<long> acc)
    {
        double[] real = conformance.ToReal(acc);
        double tolerance = ToleranceRelative * conformance.Expected.Max(Math.Abs);
        int first = Array.FindIndex([.. Enumerable.Range(0, real.Length)],
            n => !(Math.Abs(real[n] - conformance.Expected[n]) <= tolerance));
        return first < 0 ? null : new(
            conformance.Name, ReferenceName, VerificationFailure.ShapeOf(conformance.Case),
            VerificationFailure.IndexOf(conformance.Case, first),
            conformance.Expected[first].ToString(CultureInfo.InvariantCulture), real[first].ToString(CultureInfo.InvariantCulture));
    }
}
