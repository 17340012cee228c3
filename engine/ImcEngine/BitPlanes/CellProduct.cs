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

    /// <summary>x is 0 or 1, w is -1, 0 or +1: partial sums -n .. n.</summary>
    TernaryGated,

    /// <summary>x is -1 or +1, w is -1, 0 or +1: partial sums -n .. n.</summary>
    TernaryXnor,
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
        (OperandEncoding.Unipolar or OperandEncoding.TwosComplement, OperandEncoding.Ternary) => CellProduct.TernaryGated,
        (OperandEncoding.Bipolar, OperandEncoding.Ternary) => CellProduct.TernaryXnor,
        _ => throw new NotSupportedException(
            $"No cell multiplies {OperandFormat.Name(input)} inputs by {OperandFormat.Name(weight)} weights; "
                + "supported are unipolar and twos-complement inputs by unipolar, twos-complement, bipolar and ternary weights, "
                + "and bipolar inputs by bipolar and ternary weights."),
    };

    public static bool IsSigned(this CellProduct product) => product != CellProduct.And;

    /// <summary>Returns whether an input bit stands for -1 or +1, not for 0 or 1.</summary>
    public static bool HasSignedInputBits(this CellProduct product) => product is CellProduct.Xnor or CellProduct.TernaryXnor;

    /// <summary>Returns whether a stored bit stands for -1 or +1, not for 0 or 1. The two bits of a ternary weight stand for 0 or
    /// 1.</summary>
    public static bool HasSignedWeightBits(this CellProduct product) => product is CellProduct.Gated or CellProduct.Xnor;
}
