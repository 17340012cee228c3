using System.Runtime.InteropServices;
using ImcEngine.Macro;

namespace ImcEngine.Kernels;

/// <summary>ADCs with edges (ARITHMETIC §4): code = number of k with 4096 s + mismatch + noise above edge[k].</summary>
internal sealed class EdgeConverter : IColumnConverter
{
    private readonly DieEdges _edges;
    private readonly NoiseTable?[] _noise;
    private readonly long[][] _unitOfCode;
    private readonly int _weightBits;
    private readonly bool _noisy;

    /// <param name="unit">What accumulators count.</param>
    public EdgeConverter(MappedLayer layer, MacroSpec macro, IReadOnlyList<AdcTransfer> transfers, AccumulationUnit unit, DieCells cells, DieSampler sampler)
    {
        _edges = new(layer, macro, transfers, cells, sampler);
        _noise = [.. transfers.Select(transfer => NoiseTable.Of(macro.Die, transfer, layer))];
        _noisy = _noise.Any(noise => noise is not null);
        _unitOfCode = [.. transfers.Select(transfer => IntegerAdc.Of(transfer, unit).UnitOfCode)];
        _weightBits = layer.Map.WeightFormat.Bits;
    }

    public bool ReadsCounts => _noise.Any(noise => noise?.ReadsCounts == true);
    public long Bytes => _edges.Bytes + _noise.Sum(noise => noise?.Bytes ?? 0);

    public void Convert(in BlockConversions at, ReadOnlySpan<int> sums, ReadOnlySpan<int> quanta)
    {
        Span<uint> random = stackalloc uint[BlockConversions.RandomWords(quanta.Length)];
        if (_noisy) at.HighHalves(random);
        var highs = MemoryMarshal.Cast<uint, ushort>(random);
        for (int column = 0; column < quanta.Length; column++)
        {
            int physical = at.Place.Column + column;
            int transfer = _unitOfCode.Length == 1 ? 0 : at.Place.InputBit * _weightBits + physical % _weightBits;
            var edges = _edges.Of(at.Place.Array, physical, at.Place.InputBit);
            int code = _noise[transfer] is { } noise ? NoisyCode(at, column, sums[column], quanta[column], highs[column], noise, edges) : DieEdges.CodeOf(quanta[column], edges);
            at.Accumulators[column] += at.PlaneWeight * _unitOfCode[transfer][code];
        }
    }

    private static int NoisyCode(in BlockConversions at, int column, int sum, int quanta, ushort high, NoiseTable noise, ReadOnlySpan<int> edges)
    {
        var (least, most) = noise.BoundsQuanta(sum, high);
        int code = DieEdges.CodeOf(DieEdges.Clamp((long)quanta + least), edges);
        return edges[code] > (long)quanta + most ? code : DieEdges.CodeOf(DieEdges.Clamp((long)quanta + noise.Quanta(sum, at.Uniform(column))), edges);
    }
}
