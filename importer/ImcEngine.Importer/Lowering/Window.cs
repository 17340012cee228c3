using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>Strides, pads and dilations of a convolution or pool, auto_pad resolved, and the size of its result.</summary>
internal sealed record Window(int StrideY, int StrideX, int PadTop, int PadLeft, int PadBottom, int PadRight, int DilationY, int DilationX,
    int Height, int Width)
{
    /// <param name="isRow">The node has one spatial axis, x.</param>
    public static Window Read(NodeView node, int kernelHeight, int kernelWidth, TensorShape input, bool ceil, bool isRow = false)
    {
        int[] strides = Pair(node, "strides", isRow), dilations = Pair(node, "dilations", isRow);
        node.Require(kernelHeight is > 0 and <= ushort.MaxValue && kernelWidth is > 0 and <= ushort.MaxValue,
            $"its kernel is {kernelHeight}x{kernelWidth}; sizes must be 1 to {ushort.MaxValue}");
        int[] pads = isRow ? node.Sizes("pads", 2, 0, 0) is [var before, var after] ? [0, before, 0, after] : []
            : node.Sizes("pads", 4, 0, 0);
        string auto = node.Text("auto_pad", "NOTSET");
        node.Require(auto == "NOTSET" || !node.Has("pads"), $"it has both auto_pad {auto} and pads; ONNX allows one of them");
        switch (auto)
        {
            case "NOTSET":
                break;
            case "VALID":
                pads = [0, 0, 0, 0];
                break;
            case "SAME_UPPER" or "SAME_LOWER":
                var (top, bottom) = Same(node, input[1], kernelHeight, strides[0], dilations[0], auto);
                var (left, right) = Same(node, input[2], kernelWidth, strides[1], dilations[1], auto);
                pads = [top, left, bottom, right];
                break;
            default:
                throw node.Error($"auto_pad is '{auto}'; supported are NOTSET, VALID, SAME_UPPER and SAME_LOWER");
        }
        int height = Positions(node, input[1], pads[0], pads[2], kernelHeight, strides[0], dilations[0], ceil);
        int width = Positions(node, input[2], pads[1], pads[3], kernelWidth, strides[1], dilations[1], ceil);
        return new(strides[0], strides[1], pads[0], pads[1], pads[2], pads[3], dilations[0], dilations[1], height, width);
    }

    private static int[] Pair(NodeView node, string name, bool isRow) =>
        isRow ? [1, .. node.Sizes(name, 1, 1, 1)] : node.Sizes(name, 2, 1, 1);

    /// <summary>
    /// Returns the pads that give as many positions as there are strides in the input. If strides exceed the kernel, the sum of the pads is
    /// negative and is halved toward 0, as in OnnxRuntime. A first window that then begins inside the input is refused:
    /// it skips pixels that no other reader of ONNX skips.
    /// </summary>
    private static (int Before, int After) Same(NodeView node, int size, int kernel, int stride, int dilation, string auto)
    {
        node.Require(dilation == 1, $"auto_pad {auto} with a dilation of {dilation} is not supported; "
            + $"OnnxRuntime has no such padding either. Export the model with explicit pads");
        long total = ((size - 1) / stride * (long)stride) + kernel - size;
        long before = auto == "SAME_UPPER" ? total / 2 : (total + 1) / 2;
        node.Require(before >= 0, $"auto_pad {auto} with strides {stride} above a kernel of {kernel} pads an axis of {size} by {total}; "
            + $"only pads of 0 and above are supported. Export the model with explicit pads");
        return (checked((int)before), checked((int)Math.Max(0, total - before)));
    }

    /// <summary>Whether each window has a kernel position inside the input.</summary>
    public bool ReachesInput(int kernelHeight, int kernelWidth, TensorShape input) =>
        Reaches(Height, StrideY, PadTop, kernelHeight, DilationY, input[1])
            && Reaches(Width, StrideX, PadLeft, kernelWidth, DilationX, input[2]);

    private static bool Reaches(int positions, int stride, int before, int kernel, int dilation, int size)
    {
        for (int position = 0; position < positions; position++)
        {
            long first = ((long)position * stride) - before;
            long outside = first < 0 ? (-first + dilation - 1) / dilation : 0;
            if (outside >= kernel || first + (outside * dilation) >= size) return false;
        }
        return true;
    }

    /// <summary>Returns the number of window positions along one axis. With <paramref name="ceil"/> a last window may hang over the end,
    /// but must start inside the input or its leading pad.</summary>
    private static int Positions(NodeView node, int size, int before, int after, int kernel, int stride, int dilation, bool ceil)
    {
        long room = (long)size + before + after - ((long)dilation * (kernel - 1) + 1);
        node.Require(room >= 0,
            $"its kernel of {kernel} positions (dilation {dilation}) is larger than the padded input of {(long)size + before + after}");
        long positions = room / stride + 1;
        if (ceil && room % stride != 0 && positions * stride < (long)size + before) positions++;
        return (int)positions;
    }
}
