namespace ImcEngine.BitPlanes;

/// <summary>The product that a cell forms of an input bit x and its weight bit w. n is the number of driven rows.</summary>
internal enum CellProduct
{
    /// <summary>x and w are 0 or 1: partial sums 0 .. n.</summary>
    And,

    /// <summary>x is 0 or 1, w is -1 or +1: partial sums -n .. n.</summary>
    Gated,

    /// <summary>x and w are -1 or +1: partial sums -n .. n with the parity of n.</summary>
    Xnor,
}

internal static class CellProducts
{
    /// <summary>Returns the product for an input and a weight encoding.</summary>
    /// <exception cref="NotSupportedException">No cell has a product for these encodings.</exception>
    public static CellProduct ForEncodings(OperandEncoding input, OperandEncoding weight) => (input, weight) switch
    {
        (OperandEncoding.Unipolar or OperandEncoding.TwosComplement, OperandEncoding.Unipolar or OperandEncoding.TwosComplement) =>
            CellProduct.And,
        (OperandEncoding.Unipolar or OperandEncoding.TwosComplement, OperandEncoding.Bipolar) => CellProduct.Gated,
        (OperandEncoding.Bipolar, OperandEncoding.Bipolar) => CellProduct.Xnor,
        _ => throw new NotSupportedException(
            $"No cell multiplies {OperandFormat.Name(input)} inputs by {OperandFormat.Name(weight)} weights; "
                + "supported are unipolar and twos-complement inputs by unipolar, twos-complement and bipolar weights, "
                + "and bipolar x bipolar."),
    };

    public static bool IsSigned(this CellProduct product) => product != CellProduct.And;
}
