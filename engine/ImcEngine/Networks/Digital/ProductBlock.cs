using System.Runtime.CompilerServices;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// The inner loop of digital layers: the sums of four rows times two vectors. The sums and their operands fit into the 16 registers of
/// AVX2.
/// <code>
/// sums[row, lane] = ((sums[row, lane] + rows[row][offsets[0]] * vectors[0, lane]) + rows[row][offsets[1]] * vectors[1, lane]) + ...
/// </code>
/// </summary>
internal static unsafe class ProductBlock
{
    public const int Rows = 4, Vectors = 2;

    /// <summary>The number of lanes of the widest vectors.</summary>
    public const int MostLanes = 32;

    public static int LanesOf(int vectorBits) => Vectors * vectorBits / (8 * sizeof(float));

    /// <summary>Adds products to the sums.</summary>
    /// <param name="rows">The addresses of <see cref="Rows"/> rows.</param>
    /// <param name="offsets">The offset of each product's operand in a row.</param>
    /// <param name="products">The number of products per sum.</param>
    /// <param name="vectors"><c>[product, lane]</c>.</param>
    /// <param name="isFirst">Whether the sums start at +0 instead of their present contents.</param>
    /// <param name="sums"><c>[row, lane]</c>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<TLanes>(float** rows, int* offsets, int products, float* vectors, bool isFirst, float* sums)
        where TLanes : struct, IFloatLanes<TLanes>
    {
        int lanes = TLanes.Count;
        float* x0 = rows[0], x1 = rows[1], x2 = rows[2], x3 = rows[3];
        TLanes s00, s01, s10, s11, s20, s21, s30, s31;
        s00 = s01 = s10 = s11 = s20 = s21 = s30 = s31 = TLanes.Broadcast(0);
        if (!isFirst)
        {
            (s00, s01) = (TLanes.Load(sums), TLanes.Load(sums + lanes));
            (s10, s11) = (TLanes.Load(sums + (2 * lanes)), TLanes.Load(sums + (3 * lanes)));
            (s20, s21) = (TLanes.Load(sums + (4 * lanes)), TLanes.Load(sums + (5 * lanes)));
            (s30, s31) = (TLanes.Load(sums + (6 * lanes)), TLanes.Load(sums + (7 * lanes)));
        }
        for (int k = 0; k < products; k++)
        {
            nint offset = offsets[k];
            TLanes w0 = TLanes.Load(vectors), w1 = TLanes.Load(vectors + lanes);
            vectors += 2 * lanes;
            var x = TLanes.Broadcast(x0[offset]);
            s00 = TLanes.AddProduct(s00, x, w0);
            s01 = TLanes.AddProduct(s01, x, w1);
            x = TLanes.Broadcast(x1[offset]);
            s10 = TLanes.AddProduct(s10, x, w0);
            s11 = TLanes.AddProduct(s11, x, w1);
            x = TLanes.Broadcast(x2[offset]);
            s20 = TLanes.AddProduct(s20, x, w0);
            s21 = TLanes.AddProduct(s21, x, w1);
            x = TLanes.Broadcast(x3[offset]);
            s30 = TLanes.AddProduct(s30, x, w0);
            s31 = TLanes.AddProduct(s31, x, w1);
        }
        s00.Store(sums);
        s01.Store(sums + lanes);
        s10.Store(sums + (2 * lanes));
        s11.Store(sums + (3 * lanes));
        s20.Store(sums + (4 * lanes));
        s21.Store(sums + (5 * lanes));
        s30.Store(sums + (6 * lanes));
        s31.Store(sums + (7 * lanes));
    }
}
