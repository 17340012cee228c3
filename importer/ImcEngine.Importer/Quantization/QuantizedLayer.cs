using ImcEngine.BitPlanes;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Quantization;

/// <summary>A layer that post-training quantization puts on the macro.</summary>
/// <param name="Name">As the importer derives it.</param>
/// <param name="Tensor">What it reads.</param>
/// <param name="Input">Codes of what it reads.</param>
/// <param name="Weights">Codes of its weights.</param>
/// <param name="WeightTensor">The float initializer, <c>[outputChannel, ...]</c>.</param>
/// <param name="Geometry">The layer's.</param>
internal sealed record QuantizedLayer(string Name, string Tensor, OperandFormat Input, OperandFormat Weights, string WeightTensor,
    ConvGeometry Geometry)
{
    public QuantizerKind Rule => Input switch
    {
        { Encoding: OperandEncoding.Bipolar, Bits: 1 } => QuantizerKind.Sign,
        { Encoding: OperandEncoding.Bipolar } => QuantizerKind.BipolarNearest,
        _ => QuantizerKind.Nearest,
    };
}
