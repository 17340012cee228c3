using System.Globalization;

namespace ImcEngine.Evaluation.Verification;

/// <summary>Where a kernel (or the reference) first gave something else than expected.</summary>
/// <param name="Case">Name of the case.</param>
/// <param name="Kernel">Who was wrong.</param>
/// <param name="Shape">Rows and columns of the case, where it could be read.</param>
/// <param name="Index"><c>[image, outputChannel, pixel]</c> of the first bad result, or what went wrong before there was any.</param>
/// <param name="Expected">The right answer.</param>
/// <param name="Got">The wrong one.</param>
internal sealed record VerificationFailure(string Case, string Kernel, string Shape, string Index, string Expected, string Got)
{
    public override string ToString() =>
        $"{Case}: {Kernel}{(Shape.Length > 0 ? $", {Shape}" : "")}: {Index}: expected {Expected}, got {Got}";

    /// <summary>The first difference of two accumulator arrays; null where there is none.</summary>
    internal static VerificationFailure? FirstDifference(VerificationCase verification, string kernel, ReadOnlySpan<long> expected,
        ReadOnlySpan<long> got)
    {
        if (got.Length != expected.Length)
            return new(verification.Name, kernel, ShapeOf(verification), "result length", Text(expected.Length), Text(got.Length));
        int first = expected.CommonPrefixLength(got);
        return first == expected.Length ? null
            : new(verification.Name, kernel, ShapeOf(verification), IndexOf(verification, first), Text(expected[first]), Text(got[first]));
    }

    internal static VerificationFailure Thrown(VerificationCase verification, string kernel, Exception e) =>
        new(verification.Name, kernel, ShapeOf(verification), "before any result", "an answer", $"{e.GetType().Name}: {e.Message}");

    internal static string IndexOf(VerificationCase verification, int flat)
    {
        var g = verification.Layer.Geometry;
        return $"[{flat / g.OutputSize}, {flat % g.OutputSize / g.OutputPixels}, {flat % g.OutputPixels}]";
    }

    internal static string ShapeOf(VerificationCase verification) =>
        $"rows {verification.Macro.Rows}, columns {verification.Layer.Geometry.GroupOutputChannels * verification.Layer.WeightFormat.Bits}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
