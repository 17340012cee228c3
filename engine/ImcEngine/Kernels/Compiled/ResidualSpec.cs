using System.Numerics;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Compiled;

/// <summary>Residuals of codes, see <see cref="AffineLevels"/>.</summary>
/// <param name="OfCode">Of each code of the plan; never negative.</param>
/// <param name="FirstPlane">Of their accumulators, from the codes' first plane on.</param>
/// <param name="AccumulatorPlanes">From the plane that the number's lowest adds to.</param>
internal sealed record ResidualSpec(ValueList<int> OfCode, int FirstPlane, int AccumulatorPlanes)
{
    /// <summary>Of a residual.</summary>
    public int Planes => PlaneCount.Holding(OfCode.Max());

    /// <summary>The residual of each code, each of its bits a polynomial over GF(2) of the code's bits.</summary>
    public BitVectorExpression[] Tabulate<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] code)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        return [.. Enumerable.Range(0, Planes)
            .Select(plane => Bit([.. Enumerable.Range(0, 1 << code.Length).Select(k => (ValueOf(k) >> plane & 1) != 0)]))];

        // Of codes that do not occur, whatever leaves the top bits out.
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
