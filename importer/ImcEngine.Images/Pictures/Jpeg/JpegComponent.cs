namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>A component of a frame: its samples, and in a progressive frame its coefficients, which several scans refine.</summary>
internal sealed class JpegComponent
{
    public const int BlockSize = 8, BlockLength = BlockSize * BlockSize;

    private readonly short[] _coefficients;

    /// <param name="table">Number of its quantization table.</param>
    /// <param name="sampling">Blocks of it in a group of blocks, in x and y.</param>
    /// <param name="ratio">Pixels to a sample, in x and y.</param>
    /// <param name="size">Samples in x and y.</param>
    /// <param name="blocks">Blocks in x and y, those beyond the picture included.</param>
    public JpegComponent(byte id, byte table, (int X, int Y) sampling, (int X, int Y) ratio, (int X, int Y) size, (int X, int Y) blocks,
        bool isProgressive)
    {
        (Id, Table, Sampling, Ratio, Size, Blocks) = (id, table, sampling, ratio, size, blocks);
        Samples = new byte[size.X * size.Y];
        _coefficients = new short[isProgressive ? blocks.X * blocks.Y * BlockLength : BlockLength];
    }

    public byte Id { get; }
    public byte Table { get; }
    public (int X, int Y) Sampling { get; }
    public (int X, int Y) Ratio { get; }
    public (int X, int Y) Size { get; }
    public (int X, int Y) Blocks { get; }

    /// <summary><c>[y, x]</c></summary>
    public byte[] Samples { get; }

    /// <summary>The numbers that the coefficients are multiplied by, in rows; those in force at the component's first scan.</summary>
    public ushort[]? Quantization { get; set; }

    /// <summary>Returns the coefficients of a block, in rows. A baseline frame has room for one.</summary>
    public Span<short> Coefficients(int x, int y) =>
        _coefficients.AsSpan(_coefficients.Length == BlockLength ? 0 : ((y * Blocks.X) + x) * BlockLength, BlockLength);

    /// <summary>Makes the samples of a block.</summary>
    public void Transform(int x, int y)
    {
        int right = Math.Min(BlockSize, Size.X - (x * BlockSize)), bottom = Math.Min(BlockSize, Size.Y - (y * BlockSize));
        if (right <= 0 || bottom <= 0) return;
        Span<byte> block = stackalloc byte[BlockLength];
        InverseCosine.Transform(Coefficients(x, y), Quantization, block);
        for (int row = 0; row < bottom; row++)
            block.Slice(row * BlockSize, right).CopyTo(Samples.AsSpan((((y * BlockSize) + row) * Size.X) + (x * BlockSize)));
    }
}
