namespace ImcEngine.Kernels;

/// <summary>How a kernel computes the conversions of a layer.</summary>
internal enum KernelFamily
{
    /// <summary>Bit-sliced counters, one column per lane.</summary>
    Columns,

    /// <summary>Bit-sliced counters, one output pixel per lane.</summary>
    Pixels,

    /// <summary>Population counts, 64 rows of one column at a time.</summary>
    Popcount,

    /// <summary>Exact sums, without an ADC.</summary>
    Exact,

    /// <summary>Each conversion separately, with its own edges, cells and noise.</summary>
    PerConversion,
}

/// <summary>The vectors of a bit-sliced kernel: their width in bits, and whether any logic function of three operands is one instruction
/// (Ternary).</summary>
internal enum KernelVectors
{
    None,
    Bits64,
    Bits256,
    Bits256Ternary,
    Bits512,
    Bits512Ternary,
}

/// <summary>Identifies a kernel. <see cref="Name"/> is printed in reports and accepted by <c>IMC_KERNEL</c>.</summary>
/// <param name="HasColumnThresholds">A bit-sliced kernel of a die on which each column has its own thresholds.</param>
internal readonly record struct KernelId(KernelFamily Family, KernelVectors Vectors = KernelVectors.None, bool HasColumnThresholds = false)
{
    public static KernelId Popcount { get; } = new(KernelFamily.Popcount);
    public static KernelId Exact { get; } = new(KernelFamily.Exact);
    public static KernelId PerConversion { get; } = new(KernelFamily.PerConversion);

    public string Name => Family switch
    {
        KernelFamily.Columns => $"vertical-{OfVectors}{OfColumns}",
        KernelFamily.Pixels => $"pixels-{OfVectors}{OfColumns}",
        KernelFamily.Popcount => "popcount",
        KernelFamily.Exact => "exact",
        KernelFamily.PerConversion => "per-conversion",
        _ => throw new InvalidOperationException($"Kernel family {Family} has no name."),
    };

    /// <summary>The word for what the lanes of its vectors hold.</summary>
    public string InLanes => Family switch
    {
        KernelFamily.Pixels => "pixels",
        KernelFamily.Popcount => "rows",
        KernelFamily.Exact => "outputs",
        _ => "columns",
    };

    /// <summary>The width of its vectors in bits; 0 where the kernel is not bit-sliced.</summary>
    public int VectorBits => Vectors switch
    {
        KernelVectors.Bits64 => 64,
        KernelVectors.Bits256 or KernelVectors.Bits256Ternary => 256,
        KernelVectors.Bits512 or KernelVectors.Bits512Ternary => 512,
        _ => 0,
    };

    public bool HasTernaryLogic => Vectors is KernelVectors.Bits256Ternary or KernelVectors.Bits512Ternary;

    private string OfVectors => HasTernaryLogic ? $"{VectorBits}-ternary" : $"{VectorBits}";
    private string OfColumns => HasColumnThresholds ? "-thresholds" : "";
}
