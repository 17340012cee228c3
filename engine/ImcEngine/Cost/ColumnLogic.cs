namespace ImcEngine.Cost;

/// <summary>
/// The rest of a column: products, bit lines, shift-and-add, drivers of digits (Sun, Houshmand and Verhelst). Capacitances are of 28 nm and
/// scale with the node.
/// <code>
/// NAND2       0.7 fF, 0.614 um^2, 0.0478 ns               XOR2   1.05 fF, 2.4 times the area and the delay
/// register    2.1 fF, 6 times the area                    full adder = 3 NAND2 + 2 XOR2: 4.2 fF
/// product     0.35 fF a driven row                        bit line 0.35 fF a cell of the column
/// adder tree over c digits of codes of B bits:  B (c - 1) + c (log2 c - 0.5) full adders; none where c = 1
/// accumulator: input bits + B + weight bits wide, one full adder and one register a bit and addition; none where nothing is accumulated
/// DAC of more than one bit: 50 fF a bit and driven row
/// </code>
/// </summary>
internal static class ColumnLogic
{
    public const double ProductFemtofarads = 0.35, BitlineFemtofarads = 0.35, RegisterFemtofarads = 2.1, NandFemtofarads = 0.7,
        XorFemtofarads = 1.05, DacFemtofarads = 50;

    /// <summary>A full adder: three NAND2 and two XOR2.</summary>
    public const double FullAdderFemtofarads = 3 * NandFemtofarads + 2 * XorFemtofarads;

    public const double NandSquareMicrometres = 0.614, RegisterSquareMicrometres = 6 * NandSquareMicrometres,
        FullAdderSquareMicrometres = (3 + 2 * XorPerNand) * NandSquareMicrometres;

    private const double NandNanoseconds = 0.0478, XorPerNand = 2.4;

    private const string Source = "Sun, Houshmand, Verhelst, arXiv 2405.14978 and 2305.18335 (ZigZag-IMC)";
    private const string Validity = "28 nm, 0.9 V; its authors checked it on 7 chips of 22 to 28 nm; scaled with node / 28 nm elsewhere";

    public static CostModel Array { get; } = new("array by gates",
        "E = V^2 (0.35 fF driven rows + 0.35 fF cells on the column) a column and activation, times node / 28 nm", Source, Validity);

    public static CostModel Digital { get; } = new("shift-and-add",
        "4.2 fF V^2 a full adder, 2.1 fF V^2 a register, times node / 28 nm; adder tree B (c - 1) + c (log2 c - 0.5) full adders; "
            + "accumulator input bits + B + weight bits, and ceil(log2) of its row groups, wide", Source, Validity);

    public static CostModel Dac { get; } = new("DAC", "E = 50 fF bits V^2 a driven row, for digits of more than one bit; "
        + "area and delay are neglected", Source, "as ADC A");

    public static CostModel Cycle { get; } = new("cycle",
        "product + ADC + adder tree + accumulator; an adder takes two XOR2 and, for each further bit, two NAND2; registers take no time",
        Source + "; the delay of an adder from its gates is ours", Validity);

    /// <summary>Returns the energy of the products of one column in one activation, fJ.</summary>
    public static double ProductsFemtojoules(double drivenRows, Process process) =>
        ProductFemtofarads * drivenRows * process.CapacitanceScale * process.SquareVolts;

    /// <summary>Returns the energy of one column's bit line in one activation, fJ.</summary>
    public static double BitlineFemtojoules(int arrayRows, Process process) =>
        BitlineFemtofarads * arrayRows * process.CapacitanceScale * process.SquareVolts;

    /// <summary>Returns the energy of the DAC of one driven row, fJ.</summary>
    public static double DacFemtojoules(int digitBits, Process process) =>
        digitBits > 1 ? DacFemtofarads * digitBits * process.SquareVolts : 0;

    /// <summary>Returns the energy of one addition of some bits, fJ.</summary>
    public static double AddersFemtojoules(double fullAdders, Process process) =>
        fullAdders * FullAdderFemtofarads * process.CapacitanceScale * process.SquareVolts;

    /// <summary>Returns the energy of writing a register of some bits, fJ.</summary>
    public static double RegistersFemtojoules(double bits, Process process) =>
        bits * RegisterFemtofarads * process.CapacitanceScale * process.SquareVolts;

    /// <summary>Returns the full adders that add the codes of all weight digits of an output.</summary>
    /// <param name="codeBits">The bits of a code.</param>
    /// <param name="digits">The number of weight digits.</param>
    public static double TreeFullAdders(int codeBits, int digits) =>
        digits == 1 ? 0 : codeBits * (digits - 1) + digits * (Math.Log2(digits) - 0.5);

    /// <summary>Returns the bits of an accumulator.</summary>
    /// <param name="inputBits">The planes of an input.</param>
    /// <param name="codeBits">The bits of a code.</param>
    /// <param name="weightBits">The planes of a weight.</param>
    /// <param name="summed">The number of row groups and votes that are accumulated.</param>
    public static int AccumulatorBits(int inputBits, int codeBits, int weightBits, int summed) =>
        inputBits + codeBits + weightBits + AdcResolution.CeilingOfLog2(summed);

    /// <summary>The time of a product.</summary>
    public static double ProductNanoseconds(Process process) => NandNanoseconds * process.DelayScale;

    /// <summary>Returns the time of an addition, nanoseconds.</summary>
    /// <param name="bits">The bits that the carry runs through.</param>
    public static double AdderNanoseconds(int bits, Process process) =>
        bits == 0 ? 0 : (2 * XorPerNand + 2 * (bits - 1)) * NandNanoseconds * process.DelayScale;
}
