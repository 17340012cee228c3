using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Identity;

/// <summary>One quantizer's codes of one image against OnnxRuntime's.</summary>
internal readonly record struct CodeComparison(long Codes, long Boundary, long Wrong, string? Failure)
{
    /// <summary>OnnxRuntime's numbers are code * step up to float32 rounding. A larger deviation comes from another step.</summary>
    private const double GridToleranceSteps = 1e-3;

    /// <summary>Compares the codes, then replaces the engine's by OnnxRuntime's.</summary>
    /// <param name="before">OnnxRuntime's values before quantization.</param>
    /// <param name="after">OnnxRuntime's values after quantization: what its codes stand for.</param>
    /// <param name="codes">The engine's codes; afterwards OnnxRuntime's.</param>
    public static CodeComparison ReplaceCodes(QuantizeNode node, ReadOnlySpan<float> before, ReadOnlySpan<float> after, Span<short> codes)
    {
        long boundary = 0, wrong = 0;
        string? failure = null;
        for (int i = 0; i < codes.Length; i++)
        {
            double steps = (after[i] / (double)node.Step) + node.ZeroPoint;
            short expected = (short)Math.Round(Math.Clamp(steps, short.MinValue, short.MaxValue)), code = codes[i];
            bool isOnGrid = Math.Abs(steps - expected) <= GridToleranceSteps;
            codes[i] = expected;
            if (isOnGrid && code == expected) continue;
            if (isOnGrid && IsNearBoundary(node, before[i], code, expected))
            {
                boundary++;
                continue;
            }
            wrong++;
            failure ??= $"element {i}: code {code}, OnnxRuntime's is {(isOnGrid ? expected : steps)}, "
                + $"of {(before[i] / node.Step) + node.ZeroPoint} steps";
        }
        return new(codes.Length, boundary, wrong, failure);
    }

    /// <summary>Whether two codes are neighbours and a value lies near the one boundary between them.</summary>
    private static bool IsNearBoundary(QuantizeNode node, float value, int first, int second)
    {
        int low = Math.Min(first, second), high = Math.Max(first, second);
        double boundarySteps = node.Kind switch
        {
            QuantizerKind.BipolarShifted => low,
            QuantizerKind.ThreeValuedSign => 0,
            _ => (low + high) / 2.0,
        };
        return high - low <= (node.Kind == QuantizerKind.Nearest ? 1 : 2)
            && Math.Abs((value / (double)node.Step) + node.ZeroPoint - boundarySteps) <= CodeIdentity.BoundarySteps;
    }
}
