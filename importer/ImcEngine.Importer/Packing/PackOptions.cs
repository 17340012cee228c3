using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Importer.Quantization;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Packing;

/// <summary>What the arrays of a trained network do not say themselves.</summary>
internal sealed record PackOptions
{
    /// <summary>Format of the weights. Null: bipolar of the fewest bits where every code is odd, else two's complement of the fewest
    /// bits.</summary>
    public OperandFormat? WeightFormat { get; init; }

    /// <summary>The scale with which D21's quantizers make codes of <see cref="WeightFormat"/> from float weights, which are NAME.weight in
    /// place of codes and steps. Null: the archive holds codes, or a float network.</summary>
    public D21Alpha? Latent { get; init; }

    /// <summary>Rule of the activations. Null: <see cref="QuantizerKind.Sign"/> with 1-bit bipolar weights,
    /// else <see cref="QuantizerKind.Nearest"/> (unipolar).</summary>
    public QuantizerKind? Activations { get; init; }

    /// <summary>Bits of the activations. Null: as many as the weights; the sign rules have 1.</summary>
    public int? ActivationBits { get; init; }

    /// <summary>How images become the network's input. Null: as is usual for the named topology.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>File name of the float network that this one is compared with; it lies in the same folder.</summary>
    public string? FloatNetwork { get; init; }

    /// <summary>Name of the licence, for the file's metadata.</summary>
    public string? Licence { get; init; }
}
