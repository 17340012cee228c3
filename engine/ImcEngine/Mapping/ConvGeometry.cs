namespace ImcEngine.Mapping;

/// <summary>
/// The shape of a convolution, or of a linear layer (<see cref="IsLinear"/>: 1x1 kernel over a 1x1 image).
/// Input <c>[channel, y, x]</c>, weights <c>[outputChannel, channel in group, ky, kx]</c>, result <c>[outputChannel, y, x]</c>.
/// </summary>
internal sealed record ConvGeometry
{
    public required int InputChannels { get; init; }
    public required int InputHeight { get; init; }
    public required int InputWidth { get; init; }
    public required int OutputChannels { get; init; }
    public int KernelHeight { get; init; } = 1;
    public int KernelWidth { get; init; } = 1;
    public int StrideY { get; init; } = 1;
    public int StrideX { get; init; } = 1;
    public int PadTop { get; init; }
    public int PadLeft { get; init; }
    public int PadBottom { get; init; }
    public int PadRight { get; init; }
    public int DilationY { get; init; } = 1;
    public int DilationX { get; init; } = 1;
    public int Groups { get; init; } = 1;
    public bool IsLinear { get; init; }

    public int Taps => KernelHeight * KernelWidth;
    public bool HasPads => (PadTop | PadLeft | PadBottom | PadRight) != 0;
    public int GroupInputChannels => InputChannels / Groups;
    public int GroupOutputChannels => OutputChannels / Groups;
    public int OutputHeight => (InputHeight + PadTop + PadBottom - (DilationY * (KernelHeight - 1)) - 1) / StrideY + 1;
    public int OutputWidth => (InputWidth + PadLeft + PadRight - (DilationX * (KernelWidth - 1)) - 1) / StrideX + 1;
    public int InputSize => InputChannels * InputHeight * InputWidth;
    public int OutputPixels => OutputHeight * OutputWidth;
    public int OutputSize => OutputChannels * OutputPixels;

    /// <summary>The number of weights, which is also the number of multiply-accumulates per output pixel.</summary>
    public long WeightCount => (long)OutputChannels * GroupInputChannels * Taps;

    public static ConvGeometry Linear(int inputs, int outputs) => new()
    {
        InputChannels = inputs, InputHeight = 1, InputWidth = 1, OutputChannels = outputs, IsLinear = true,
    };

    /// <exception cref="ArgumentException">A field is out of range, channels do not divide into groups, the kernel exceeds the padded
    /// input, or a tensor exceeds 2^31 - 1 elements.</exception>
    public ConvGeometry Validated(string layer)
    {
        void Require(bool ok, string what)
        {
            if (!ok) throw new ArgumentException($"Layer '{layer}': {what}.");
        }
        Require(InputChannels > 0 && InputHeight > 0 && InputWidth > 0 && OutputChannels > 0,
            $"input [{InputChannels}, {InputHeight}, {InputWidth}] and {OutputChannels} output channels must be positive");
        Require(KernelHeight > 0 && KernelWidth > 0, $"kernel {KernelHeight}x{KernelWidth} must be positive");
        Require(StrideY > 0 && StrideX > 0 && DilationY > 0 && DilationX > 0,
            $"strides ({StrideY}, {StrideX}) and dilations ({DilationY}, {DilationX}) must be positive");
        Require(PadTop >= 0 && PadLeft >= 0 && PadBottom >= 0 && PadRight >= 0,
            $"pads ({PadTop}, {PadLeft}, {PadBottom}, {PadRight}) must not be negative");
        Require(Groups > 0 && InputChannels % Groups == 0 && OutputChannels % Groups == 0,
            $"{InputChannels} input and {OutputChannels} output channels do not divide into {Groups} groups");
        long spanY = (long)DilationY * (KernelHeight - 1) + 1, spanX = (long)DilationX * (KernelWidth - 1) + 1;
        Require(spanY <= (long)InputHeight + PadTop + PadBottom && spanX <= (long)InputWidth + PadLeft + PadRight,
            $"the kernel spans {spanY}x{spanX} positions, "
                + $"the padded input has {(long)InputHeight + PadTop + PadBottom}x{(long)InputWidth + PadLeft + PadRight}");
        Require((long)InputChannels * InputHeight * InputWidth <= int.MaxValue
            && (long)OutputChannels * OutputHeight * OutputWidth <= int.MaxValue && WeightCount <= int.MaxValue,
            "input, output or weights exceed 2^31 - 1 elements");
        return this;
    }
}
