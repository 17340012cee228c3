using System.Globalization;

namespace ImcEngine.Evaluation.Verification;

/// <summary>What became of a number of conformance cases; a case that cannot be read, or that any kernel fails, is failed.</summary>
internal sealed record ConformanceReport(int Passed, int Failed, IReadOnlyList<VerificationFailure> Failures)
{
    public override string ToString() => $"{Passed} passed, {Failed} failed";
}

/// <summary>
/// Runs conformance cases: the reference's real results lie within 1e-5 of the case's largest magnitude of its result.npy,
/// every kernel's accumulators equal the reference's exactly.
/// </summary>
internal static class ConformanceRunner
{
    public const double ToleranceRelative = 1e-5;

    private const string ReferenceName = "reference";

    /// <summary>The case folders at or below a folder, in ordinal order.</summary>
    /// <exception cref="ImcException">There is none.</exception>
    public static string[] FindCases(string folder)
    {
        if (!Directory.Exists(folder))
            throw new ImcException($"There is no folder '{folder}'; give one that holds conformance cases (folders with case.json).");
        string[] cases = [.. Directory.EnumerateFiles(folder, "case.json", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(file)!).Order(StringComparer.Ordinal)];
        return cases.Length > 0 ? cases : throw new ImcException($"'{folder}' holds no conformance case: no folder in it has a case.json.");
    }

    /// <param name="onCase">Told of each folder when it is done, with its failures.</param>
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

    /// <summary>The failures of one case.</summary>
    public static List<VerificationFailure> RunCase(ConformanceCase conformance, IReadOnlyList<KernelUnderTest> kernels)
    {
        long[] acc = conformance.Case.RunReference();
        var failures = new List<VerificationFailure>();
        if (FirstDeviation(conformance, acc) is { } deviation) failures.Add(deviation);
        foreach (var kernel in kernels)
            if (kernel.FirstFailure(conformance.Case, acc, out _) is { } failure) failures.Add(failure);
        return failures;
    }

    /// <summary>Largest deviation from result.npy, relative to the case's largest magnitude.</summary>
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
