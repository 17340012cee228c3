using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>The operands of a macro by itself, without a network: one whole digit of inputs and one of weights, whose cells form a
/// product.</summary>
internal sealed class DigitOperands(MacroSpec macro, CellProduct product)
{
    private readonly OperandFormat _weight = product is CellProduct.TernaryGated or CellProduct.TernaryXnor ? OperandFormat.Ternary
        : new(macro.WeightDigitBits ?? macro.CellBits,
            product.HasSignedWeightBits() ? OperandEncoding.Bipolar : OperandEncoding.Unipolar);

    private readonly OperandFormat _input = new(macro.InputDigitBits,
        product.HasSignedInputBits() ? OperandEncoding.Bipolar : OperandEncoding.Unipolar);

    public DigitProducts Products => new(macro.InputDigits(_input), macro.WeightDigits(_weight));
    public WeightColumns Columns => macro.WeightColumns(_weight);

    /// <summary>What the cells multiply, e.g. <c>and cells</c> or <c>and cells, digits of 4 x 2 bits</c>.</summary>
    public override string ToString() => $"{SpecWords.WordFor(product)} cells"
        + (_weight == OperandFormat.Ternary ? _input.Bits == 1 ? "" : $", input digits of {_input.Bits} bits"
            : _input.Bits == 1 && _weight.Bits == 1 ? "" : $", digits of {_input.Bits} x {_weight.Bits} bits");
}
