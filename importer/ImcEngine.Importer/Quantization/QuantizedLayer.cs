using ImcEngine.BitPlanes;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Quantization;

/// <summary>A layer that post-training quantization puts on the macro.</summary>
/// <param name="Name">Name, as the importer derives it.</param>
/// <param name="Tensor">The tensor that it reads.</param>
/// <param name="Input">Format of the codes that it reads.</param>
/// <param name="Weights">Format of its weights.</param>
/// <param name="WeightTensor">The float initializer, <c>[outputChannel, ...]</c>.</param>
/// <param name="Geometry">Geometry of the layer.</param>
/// <param name="HasZeroPoint">Whether its codes have a zero point, since its input can be negative.</param>
internal sealed record QuantizedLayer(string Name, string Tensor, OperandFormat Input, OperandFormat Weights, string WeightTensor,
    ConvGeometry Geometry, bool HasZeroPoint = false)
{
    public QuantizerKind Rule => Input switch
    {
        { Encoding: OperandEncoding.Bipolar, Bits: 1 } => QuantizerKind.Sign,
        { Encoding: OperandEncoding.Bipolar } => QuantizerKind.BipolarNearest,
        _ => QuantizerKind.Nearest,
    };
}
