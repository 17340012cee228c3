using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <param name="Preprocessing">Replaces what the model's metadata says; null keeps it.</param>
/// <param name="KeepDigital">Says by layer name which layers stay digital although they could run on the macro.</param>
/// <param name="KeepsZeroPoints">Whether codes stay as the file has them; else they are re-based (ARITHMETIC §13).</param>
internal sealed record ImportOptions(Preprocessing? Preprocessing = null, Func<string, bool>? KeepDigital = null,
    bool KeepsZeroPoints = false);

/// <summary>Codes of a file that re-basing changes.</summary>
/// <param name="Type">Type of the codes in the file.</param>
/// <param name="Zero">Their zero point in the file.</param>
/// <param name="Rebased">Their zero point once they are re-based.</param>
internal sealed record CodeChange(OnnxDataType Type, int Zero, int Rebased);

/// <summary>A network, and what the importer decided about each of its layers.</summary>
/// <param name="Layers">Convolutions and linear layers, in graph order.</param>
/// <param name="Metadata">The model's <c>metadata_props</c>.</param>
public sealed record ImportedNetwork(Network Network, IReadOnlyList<LayerNote> Layers, IReadOnlyDictionary<string, string> Metadata);

/// <summary>Why a layer runs where it runs, for <c>imc inspect</c> and <c>compare</c>.</summary>
/// <param name="OnMacro">False: digital, in float32.</param>
/// <param name="Reason">Why a digital layer is not on the macro; empty for a macro layer.</param>
/// <param name="Input">Input format of a macro layer.</param>
/// <param name="Weight">Weight format of a macro layer.</param>
/// <param name="InputIsDefault">No metadata and no pattern named the input's encoding:
/// it is unipolar (two's complement where negative) of the fewest bits.</param>
/// <param name="WeightIsDefault">No metadata and no pattern named the weights' encoding: it is two's complement of the fewest bits.</param>
public sealed record LayerNote(
    string Name, bool OnMacro, string Reason, OperandFormat? Input = null, OperandFormat? Weight = null, bool InputIsDefault = false,
    bool WeightIsDefault = false)
{
    /// <summary>What re-basing does, or would do, to the codes of the input; null: nothing.</summary>
    internal CodeChange? InputChange { get; init; }

    /// <summary>What re-basing does, or would do, to the codes of the weights; null: nothing.</summary>
    internal CodeChange? WeightChange { get; init; }
}
