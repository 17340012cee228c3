using System.Globalization;

namespace ImcEngine.Evaluation.Verification;

/// <summary>The first place where a kernel (or the reference) differs from the expected result.</summary>
/// <param name="Case">The name of the case.</param>
/// <param name="Kernel">The kernel that is wrong.</param>
/// <param name="Shape">The rows and columns of the case; empty if the case could not be read.</param>
/// <param name="Index">The place <c>[image, outputChannel, pixel]</c> of the first wrong result, or what went wrong before there was a
/// result.</param>
/// <param name="Expected">The expected result.</param>
/// <param name="Got">The actual result.</param>
internal sealed record VerificationFailure(string Case, string Kernel, string Shape, string Index, string Expected, string Got)
{
    public override string ToString() =>
        $"{Case}: {Kernel}{(Shape.Length > 0 ? $", {Shape}" : "")}: {Index}: expected {Expected}, got {Got}";

    /// <summary>Returns the first difference of two accumulator arrays, or null.</summary>
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
