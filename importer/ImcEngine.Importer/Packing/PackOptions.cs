using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Importer.Quantization;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Packing;

/// <summary>What the arrays of a trained network do not say themselves.</summary>
internal sealed record PackOptions
{
    /// <summary>Null: bipolar of the fewest bits where every code is odd, else two's complement of the fewest bits.</summary>
    public OperandFormat? WeightFormat { get; init; }

    /// <summary>Weights are float, NAME.weight in place of codes and steps: D21's quantizers make codes of <see cref="WeightFormat"/>, with
    /// this scale. Null: the archive holds codes, or a float network.</summary>
    public D21Alpha? Latent { get; init; }

    /// <summary>Null: <see cref="QuantizerKind.Sign"/> with 1-bit bipolar weights,
    /// else <see cref="QuantizerKind.Nearest"/> (unipolar).</summary>
    public QuantizerKind? Activations { get; init; }

    /// <summary>Null: as many as the weights; the signs have 1.</summary>
    public int? ActivationBits { get; init; }

    public Preprocessing Preprocessing { get; init; } = Preprocessing.Cifar10;

    /// <summary>File name of the float network that this one is compared with; stands beside it.</summary>
    public string? FloatNetwork { get; init; }

    /// <summary>Name of the licence, for the file's metadata.</summary>
    public string? Licence { get; init; }
}
