using System.Collections.Immutable;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>A layer on a die where whole counts determine every code.</summary>
/// <param name="Weights">The weight bits, as the cells hold them.</param>
/// <param name="WeightBytes">The memory of the die's own weight bits, in bytes.</param>
/// <param name="Edges">The edges of the columns.</param>
/// <param name="Residuals">The residuals of the codes that the edges give (<see cref="AffineLevels"/>); empty where all are 0.</param>
/// <param name="Codes">The decoding of accumulated codes and residuals.</param>
internal sealed record WholeCounts(
    PackedWeights Weights, long WeightBytes, DieEdges Edges, ImmutableArray<int> Residuals, AccumulatorDecoding Codes);
