using ImcEngine.BitPlanes;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Quantization;

/// <summary>How the activations that enter a layer become codes.</summary>
/// <param name="Kind">The rule.</param>
/// <param name="Format">Format of the codes.</param>
/// <param name="Step">The number that code 1 stands for, positive; scale / D.</param>
/// <param name="ZeroPoint">The code of the number 0, of unipolar codes.</param>
internal sealed record ActivationQuantizer(QuantizerKind Kind, OperandFormat Format, float Step, int ZeroPoint = 0)
{
    /// <summary>The number that the largest code stands for.</summary>
    public float Scale => (float)((double)Step * Format.Denominator);
}
