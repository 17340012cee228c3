using System.Numerics;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Compiled;

/// <summary>The residuals of codes, see <see cref="AffineLevels"/>.</summary>
/// <param name="OfCode">The residual of each code of the plan; never negative.</param>
/// <param name="FirstPlane">The first plane of their accumulators, counted from the codes' first plane.</param>
/// <param name="AccumulatorPlanes">The planes of an accumulator, from the one to which the number's lowest plane is added.</param>
internal sealed record ResidualSpec(ValueList<int> OfCode, int FirstPlane, int AccumulatorPlanes)
{
    /// <summary>The planes of a residual.</summary>
    public int Planes => PlaneCount.Holding(OfCode.Max());

    /// <summary>Returns the planes of the codes' residuals. Each bit is a polynomial over GF(2) of the code's bits.</summary>
    public BitVectorExpression[] Tabulate<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] code)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        return [.. Enumerable.Range(0, Planes)
            .Select(plane => Bit([.. Enumerable.Range(0, 1 << code.Length).Select(k => (ValueOf(k) >> plane & 1) != 0)]))];

        // Codes that do not occur may have any residual: that of the code without its top bit saves operations.
        int ValueOf(int k) => k < OfCode.Count ? OfCode[k] : ValueOf(k - (1 << BitOperations.Log2((uint)k)));

        BitVectorExpression Bit(bool[] ofCode)
        {
            if (ofCode.Length == 1) return BitVectorExpression.All(ofCode[0]);
            int half = ofCode.Length / 2;
            bool[] low = ofCode[..half], changes = [.. low.Zip(ofCode[half..], (a, b) => a != b)];
            return block.XorAnd(Bit(low), code[BitOperations.Log2((uint)half)], Bit(changes));
        }
    }
}
