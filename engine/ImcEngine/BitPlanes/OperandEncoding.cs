namespace ImcEngine.BitPlanes;

/// <summary>How an operand's integer code is held in bit-planes.</summary>
public enum OperandEncoding
{
    /// <summary>Bits are 0 and 1; codes 0 .. 2^b - 1.</summary>
    Unipolar,

    /// <summary>Bits are -1 and +1; codes are the odd integers -(2^b - 1) .. 2^b - 1. Code 0 is an undriven position.</summary>
    Bipolar,

    /// <summary>Bits are 0 and 1, the top plane weighs -2^(b-1); codes -(2^(b-1) - 1) ..
    /// 2^(b-1) - 1 (and -2^(b-1) when imported).</summary>
    TwosComplement,
}
