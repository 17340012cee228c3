using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>
/// The number per lane that the counts of all columns start from, where it depends on the inputs: with signed cells, c of
/// <see cref="CounterEncoding"/> is subtracted. With digits c is the weighted sum of those of the input digit's planes, and is multiplied
/// by the sum of the weights of the weight digit's planes, so each weight digit has its own start.
/// </summary>
/// <param name="tables">The tables of the layer.</param>
/// <param name="startCounts">The number that counts start from, without the terms of inputs and constants.</param>
/// <param name="planes">The planes of a count.</param>
/// <param name="compile">Compiles a program for the kernel's lanes; null only for digits.</param>
internal sealed unsafe class PixelStarts(PixelTables tables, CounterEncoding encoding, int startCounts, int planes,
    Func<ConversionSpec, ConversionProgram?> compile)
{
    private readonly ConversionProgram? _countInputs =
        tables.Layer.Map.Product.HasSignedWeightBits() ? compile(ConversionSpec.OfCounts(planes)) : null;

    /// <summary>Computes the start of the counts in one input digit and one row group; does nothing where it is the same for all
    /// inputs.</summary>
    /// <param name="digit">The planes of the input digit.</param>
    /// <param name="rows">The rows of input plane 0.</param>
    /// <param name="start">The planes of the number of each weight digit, from the lowest on; written.</param>
    [SkipLocalsInit]
    public void Count<TLanes, TVector>(int rowGroup, Digit digit, TVector* rows, TVector* start)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        if (_countInputs is null) return;
        var conversion = tables.AllRows(rowGroup);
        var weights = tables.Layer.Map.WeightDigits;
        if (tables.Layer.Map.ConvertsPlanes)
        {
            _countInputs((byte*)(rows + digit.FirstPlane * tables.RowsPerPlane), &conversion, 1, null, null, null, (byte*)start, 0);
            Subtract<TLanes, TVector>(start, encoding.RowPlane - 1);
            return;
        }
        TVector* inputs = stackalloc TVector[planes], ofPlane = stackalloc TVector[planes];
        new Span<TVector>(inputs, planes).Clear();
        for (int plane = digit.FirstPlane; plane < digit.EndPlane; plane++)
        {
            _countInputs((byte*)(rows + plane * tables.RowsPerPlane), &conversion, 1, null, null, null, (byte*)ofPlane, 0);
            Add<TLanes, TVector>(inputs, ofPlane, plane - digit.FirstPlane);
        }
        for (int i = 0; i < weights.Count; i++, start += planes)
        {
            new Span<TVector>(start, planes).Clear();
            for (int plane = 0; plane < weights[i].Planes; plane++) Add<TLanes, TVector>(start, inputs, plane);
            Subtract<TLanes, TVector>(start, encoding.RowPlane - 1);
        }
    }

    /// <summary>Sets sum = sum + number * 2^shift.</summary>
    private void Add<TLanes, TVector>(TVector* sum, TVector* number, int shift)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var carry = TLanes.Zero;
        for (int plane = shift; plane < planes; plane++)
        {
            TVector a = sum[plane], b = number[plane - shift];
            sum[plane] = TLanes.Sum(a, b, carry);
            carry = TLanes.Carry(a, b, carry);
        }
    }

    /// <summary>Sets number = startCounts - number * 2^shift.</summary>
    private void Subtract<TLanes, TVector>(TVector* number, int shift)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var carry = TLanes.Ones; // a - b = a + ~b + 1
        for (int plane = planes - 1; plane >= 0; plane--) number[plane] = plane < shift ? TLanes.Zero : number[plane - shift];
        for (int plane = 0; plane < planes; plane++)
        {
            TVector a = (startCounts >> plane & 1) != 0 ? TLanes.Ones : TLanes.Zero, b = TLanes.Not(number[plane]);
            number[plane] = TLanes.Sum(a, b, carry);
            carry = TLanes.Carry(a, b, carry);
        }
    }
}
