namespace ImcEngine.BitPlanes;

/// <summary>What a cell forms from an input bit x and its weight bit w; n is the number of driven rows.</summary>
internal enum CellProduct
{
    /// <summary>x, w in 0, 1: partial sums 0 .. n.</summary>
    And,

    /// <summary>x in 0, 1 and w in -1, +1: partial sums -n .. n.</summary>
    Gated,

    /// <summary>x, w in -1, +1: partial sums -n .. n, of n's parity.</summary>
    Xnor,
}

internal static class CellProducts
{
    /// <summary>The product of an input and a weight encoding.</summary>
    /// <exception cref="NotSupportedException">The array has no such product.</exception>
    public static CellProduct ForEncodings(OperandEncoding input, OperandEncoding weight) => (input, weight) switch
    {
        (OperandEncoding.Unipolar or OperandEncoding.TwosComplement, OperandEncoding.TwosComplement) => CellProduct.And,
        (OperandEncoding.Unipolar or OperandEncoding.TwosComplement, OperandEncoding.Bipolar) => CellProduct.Gated,
        (OperandEncoding.Bipolar, OperandEncoding.Bipolar) => CellProduct.Xnor,
        _ => throw new NotSupportedException(
            $"No cell multiplies {OperandFormat.Name(input)} inputs by {OperandFormat.Name(weight)} weights; "
                + "supported are unipolar x twos-complement, "
            + "twos-complement x twos-complement, unipolar x bipolar, twos-complement x bipolar and bipolar x bipolar."),
    };

    public static bool IsSigned(this CellProduct product) => product != CellProduct.And;
}
