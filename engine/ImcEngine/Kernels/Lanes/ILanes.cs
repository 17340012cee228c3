namespace ImcEngine.Kernels.Lanes;

/// <summary>
/// The operations that a kernel needs on a vector of one bit per lane. A kernel is written once, generic over this interface, and the
/// just-in-time compiler makes one copy per width. Lanes are independent, so no result depends on the width.
/// </summary>
internal interface ILanes<TVector> where TVector : unmanaged
{
    /// <summary>The number of lanes of a vector.</summary>
    static abstract int Bits { get; }

    static abstract TVector Zero { get; }
    static abstract TVector Ones { get; }
    static abstract TVector And(TVector a, TVector b);
    static abstract TVector Xor(TVector a, TVector b);
    static abstract TVector Or(TVector a, TVector b);
    static abstract TVector Not(TVector a);

    /// <summary>Returns a &amp; ~b.</summary>
    static abstract TVector AndNot(TVector a, TVector b);

    /// <summary>Shifts each 64-bit word.</summary>
    static abstract TVector ShiftLeft(TVector a, int count);

    static abstract TVector ShiftRight(TVector a, int count);

    /// <summary>Returns a vector that repeats the word in every 64 lanes.</summary>
    static abstract TVector Repeat(ulong word);

    /// <summary>Returns a vector that repeats the byte in every eight lanes.</summary>
    static abstract TVector RepeatByte(byte bits);

    /// <summary>Returns the sum bit of a full adder: a ^ b ^ c.</summary>
    static abstract TVector Sum(TVector a, TVector b, TVector c);

    /// <summary>Returns the carry bit of a full adder: at least two of a, b, c.</summary>
    static abstract TVector Carry(TVector a, TVector b, TVector c);

    /// <summary>Returns whether every lane is 0.</summary>
    static abstract bool IsZero(TVector a);

    /// <summary>Any logic operation of three operands; null on a machine without it.</summary>
    static virtual TernaryOperation<TVector>? TernaryLogic => null;
}

/// <summary>A logic operation of three operands, given by its truth table.</summary>
/// <param name="table">Bit 4 a + 2 b + c is the result.</param>
internal delegate TVector TernaryOperation<TVector>(TVector a, TVector b, TVector c, byte table) where TVector : unmanaged;
