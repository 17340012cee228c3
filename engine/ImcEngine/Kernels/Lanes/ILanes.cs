namespace ImcEngine.Kernels.Lanes;

/// <summary>
/// What a kernel body needs of a machine word that holds one bit per lane: the body is written once, generic over this,
/// and the just-in-time compiler makes one copy per width. Lanes are independent, so no result depends on the width.
/// </summary>
internal interface ILanes<TVector> where TVector : unmanaged
{
    /// <summary>Lanes of one vector.</summary>
    static abstract int Bits { get; }

    static abstract TVector Zero { get; }
    static abstract TVector Ones { get; }
    static abstract TVector And(TVector a, TVector b);
    static abstract TVector Xor(TVector a, TVector b);
    static abstract TVector Or(TVector a, TVector b);
    static abstract TVector Not(TVector a);

    /// <summary>a &amp; ~b.</summary>
    static abstract TVector AndNot(TVector a, TVector b);

    /// <summary>Shifts within each 64-bit word.</summary>
    static abstract TVector ShiftLeft(TVector a, int count);

    static abstract TVector ShiftRight(TVector a, int count);

    /// <summary>The same word in every 64 lanes.</summary>
    static abstract TVector Repeat(ulong word);

    /// <summary>The same byte in every eight lanes.</summary>
    static abstract TVector RepeatByte(byte bits);

    /// <summary>Sum bit of a full adder: a ^ b ^ c.</summary>
    static abstract TVector Sum(TVector a, TVector b, TVector c);

    /// <summary>Carry bit of a full adder: at least two of a, b, c.</summary>
    static abstract TVector Carry(TVector a, TVector b, TVector c);

    /// <summary>Any operation of three operands, on a machine that has it; else null.</summary>
    static virtual TernaryOperation<TVector>? TernaryLogic => null;
}

/// <param name="table">Bit 4 a + 2 b + c is the result.</param>
internal delegate TVector TernaryOperation<TVector>(TVector a, TVector b, TVector c, byte table) where TVector : unmanaged;
