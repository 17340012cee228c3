namespace ImcEngine.BitPlanes;

/// <summary>How an operand's integer code is represented in bit-planes.</summary>
public enum OperandEncoding
{
    /// <summary>Bits are 0 and 1. Codes are 0 .. 2^b - 1.</summary>
    Unipolar,

    /// <summary>Bits are -1 and +1. Codes are the odd integers -(2^b - 1) .. 2^b - 1. Code 0 marks an undriven position.</summary>
    Bipolar,

    /// <summary>Bits are 0 and 1, and the top plane has the weight -2^(b-1). Codes are -(2^(b-1) - 1) .. 2^(b-1) - 1; imported codes may
    /// also be -2^(b-1).</summary>
    TwosComplement,

    /// <summary>Codes are -1, 0 and 1. Of weights only: one cell holds a code whole.</summary>
    Ternary,
}
