namespace ImcEngine.Kernels;

/// <summary>What a kernel does with the conversions of a layer.</summary>
internal enum KernelFamily
{
    /// <summary>Bit-sliced counters with columns side by side in the lanes.</summary>
    Columns,

    /// <summary>Bit-sliced counters with output pixels side by side in the lanes.</summary>
    Pixels,

    /// <summary>Counts 64 rows of one column at a time.</summary>
    Popcount,

    /// <summary>Sums without an ADC.</summary>
    Exact,

    /// <summary>Every conversion by itself, with edges, cells and noise of its own.</summary>
    PerConversion,
}

/// <summary>The vectors of a bit-sliced kernel: bits, and whether any logic of three operands is one operation.</summary>
internal enum KernelVectors
{
    None,
    Bits64,
    Bits256,
    Bits256Ternary,
    Bits512,
    Bits512Ternary,
}

/// <summary>Which kernel it is. What reports print and <c>IMC_KERNEL</c> takes is made of this.</summary>
/// <param name="HasColumnThresholds">Bit-sliced, for a die: each column has thresholds of its own.</param>
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

    /// <summary>What lies side by side in its vectors.</summary>
    public string InLanes => Family switch
    {
        KernelFamily.Pixels => "pixels",
        KernelFamily.Popcount => "rows",
        KernelFamily.Exact => "outputs",
        _ => "columns",
    };

    /// <summary>0 where it is not bit-sliced.</summary>
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
