using System.Text;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>Evaluates a network of QONNX's quantizers node by node in double, each operator by its definition.</summary>
internal sealed class QonnxInterpreter(OnnxModel model)
{
    private readonly Dictionary<string, Array> _tensors = [];

    private sealed record Array(int[] Dims, double[] Elements)
    {
        public static Array Of(OnnxTensor tensor) => new(System.Array.ConvertAll(tensor.Dims, size => (int)size),
            TensorData.TypeOf(tensor) == OnnxDataType.Float ? System.Array.ConvertAll(TensorData.ToFloats(tensor), x => (double)x)
                : System.Array.ConvertAll(TensorData.ToLongs(tensor), x => (double)x));
    }

    /// <summary>The output of one image.</summary>
    public double[] Run(float[] image, params int[] dims)
    {
        _tensors.Clear();
        foreach (var tensor in model.Graph!.Initializers) _tensors[tensor.Name!] = Array.Of(tensor);
        _tensors["x"] = new([1, .. dims], System.Array.ConvertAll(image, x => (double)x));
        foreach (var node in model.Graph.Nodes) _tensors[node.Outputs[0]] = Evaluate(node);
        return _tensors[model.Graph.Outputs[0].Name!].Elements;
    }

    private Array Evaluate(OnnxNode node)
    {
        Array[] at = [.. node.Inputs.Select(input => _tensors[input])];
        return node.Operator switch
        {
            "Quant" => Quant(node, at),
            "BipolarQuant" => Both(at[0], at[1], (x, scale) => x >= 0 ? scale : -scale),
            "Trunc" => Trunc(node, at),
            "Add" => Both(at[0], at[1], (x, y) => x + y),
            "Sub" => Both(at[0], at[1], (x, y) => x - y),
            "Mul" => Both(at[0], at[1], (x, y) => x * y),
            "Div" => Both(at[0], at[1], (x, y) => x / y),
            "Relu" => at[0] with { Elements = System.Array.ConvertAll(at[0].Elements, x => Math.Max(0, x)) },
            "BatchNormalization" => BatchNorm(node, at),
            "Reshape" => at[0] with { Dims = Target(at[0], at[1]) },
            "Flatten" => at[0] with { Dims = [1, at[0].Elements.Length] },
            "Transpose" => new([at[0].Dims[1], at[0].Dims[0]], [.. Enumerable.Range(0, at[0].Elements.Length)
                .Select(i => at[0].Elements[(i % at[0].Dims[0] * at[0].Dims[1]) + (i / at[0].Dims[0])])]),
            "MatMul" => Product(at[0], at[1]),
            "Conv" => Windows(node, at[0], at[1], at.ElementAtOrDefault(2)),
            "MaxPool" => Pool(node, at[0], patch => patch.Max()),
            "AveragePool" => Pool(node, at[0], patch => patch.Average()),
            "Pad" => Pad(at[0], at[1]),
            _ => throw new ArgumentException($"No rule for {node.Operator}."),
        };
    }

    private static long Int(OnnxNode node, string name, long otherwise) =>
        node.Attributes.Find(attribute => attribute.Name == name)?.Int ?? otherwise;

    private static long[] Ints(OnnxNode node, string name, params long[] otherwise) =>
        node.Attributes.Find(attribute => attribute.Name == name)?.Ints ?? otherwise;

    private static double Rounded(OnnxNode node, double x, string otherwise) =>
        (node.Attributes.Find(attribute => attribute.Name == "rounding_mode")?.Text is { } mode ? Encoding.UTF8.GetString(mode)
            : otherwise) switch
        {
            "ROUND" => Math.Round(x, MidpointRounding.ToEven),
            "FLOOR" => Math.Floor(x),
            "CEIL" => Math.Ceiling(x),
            var other => throw new ArgumentException($"No rule for {other}."),
        };

    private static Array Quant(OnnxNode node, Array[] at)
    {
        double bits = at[3].Elements[0], narrow = Int(node, "narrow", 0);
        bool isSigned = Int(node, "signed", 1) == 1;
        double least = isSigned ? -Math.Pow(2, bits - 1) + narrow : 0;
        double most = isSigned ? Math.Pow(2, bits - 1) - 1 : Math.Pow(2, bits) - 1 - narrow;
        Assert.Equal(0, Assert.Single(at[2].Elements));
        // Quantizers work on float32.
        return Both(at[0], at[1], (x, scale) => Rounded(node, Math.Clamp((double)(float)x / scale, least, most), "ROUND") * scale);
    }

    private static Array Trunc(OnnxNode node, Array[] at) => Both(at[0], at[1], (x, scale) =>
        Rounded(node, Math.Round((double)(float)x / scale, MidpointRounding.ToEven)
            / Math.Pow(2, at[3].Elements[0] - at[4].Elements[0]), "FLOOR") * scale);

    /// <summary>The second operand is broadcast to the first.</summary>
    private static Array Both(Array x, Array y, Func<double, double, double> of)
    {
        int[] dims = [.. Enumerable.Repeat(1, x.Dims.Length - y.Dims.Length), .. y.Dims];
        var result = new double[x.Elements.Length];
        for (int i = 0; i < result.Length; i++)
        {
            int from = 0, rest = i, stride = 1;
            for (int axis = dims.Length - 1; axis >= 0; axis--)
            {
                if (dims[axis] > 1) from += rest % x.Dims[axis] * stride;
                stride *= dims[axis];
                rest /= x.Dims[axis];
            }
            result[i] = of(x.Elements[i], y.Elements[from]);
        }
        return x with { Elements = result };
    }

    private static Array BatchNorm(OnnxNode node, Array[] at)
    {
        double epsilon = node.Attributes.Find(attribute => attribute.Name == "epsilon")!.Float!.Value;
        int inner = at[0].Dims.Skip(2).Aggregate(1, (product, size) => product * size);
        return at[0] with
        {
            Elements = [.. at[0].Elements.Select((x, i) => (x, C: i / inner % at[0].Dims[1])).Select(each =>
                ((each.x - at[3].Elements[each.C]) / Math.Sqrt(at[4].Elements[each.C] + epsilon) * at[1].Elements[each.C])
                    + at[2].Elements[each.C])],
        };
    }

    private static int[] Target(Array x, Array shape)
    {
        int[] sizes = [.. shape.Elements.Select((size, axis) => size == 0 ? x.Dims[axis] : (int)size)];
        int known = sizes.Where(size => size > 0).Aggregate(1, (product, size) => product * size);
        return System.Array.ConvertAll(sizes, size => size < 0 ? x.Elements.Length / known : size);
    }

    private static Array Product(Array x, Array y)
    {
        var result = new double[y.Dims[1]];
        for (int o = 0; o < result.Length; o++)
            for (int i = 0; i < y.Dims[0]; i++) result[o] += x.Elements[i] * y.Elements[(i * y.Dims[1]) + o];
        return new([1, y.Dims[1]], result);
    }

    private static Array Pad(Array x, Array pads)
    {
        int[] dims = [.. x.Dims.Select((size, axis) => size + (int)pads.Elements[axis] + (int)pads.Elements[axis + 4])];
        var result = new double[dims.Aggregate(1, (product, size) => product * size)];
        for (int c = 0; c < x.Dims[1]; c++)
            for (int y = 0; y < x.Dims[2]; y++)
                for (int column = 0; column < x.Dims[3]; column++)
                    result[(((c * dims[2]) + y + (int)pads.Elements[2]) * dims[3]) + column + (int)pads.Elements[3]] =
                        x.Elements[(((c * x.Dims[2]) + y) * x.Dims[3]) + column];
        return new(dims, result);
    }

    private static Array Pool(OnnxNode node, Array x, Func<IEnumerable<double>, double> of)
    {
        int channels = x.Dims[1];
        return Slid(node, x, channels, channels, Ints(node, "kernel_shape"), (_, patch) => of(patch.Select(each => each.Value)));
    }

    private static Array Windows(OnnxNode node, Array x, Array weights, Array? bias)
    {
        int perOutput = weights.Elements.Length / weights.Dims[0];
        return Slid(node, x, weights.Dims[0], (int)Int(node, "group", 1), [.. weights.Dims[2..]], (output, patch) =>
            patch.Sum(each => each.Value * weights.Elements[(output * perOutput) + each.Tap]) + (bias?.Elements[output] ?? 0));
    }

    /// <summary>Every output of a window, of the elements of its group with their places in the kernel; of one axis or two.</summary>
    private static Array Slid(OnnxNode node, Array x, int outputs, int groups, long[] kernel,
        Func<int, IEnumerable<(double Value, int Tap)>, double> of)
    {
        bool isRow = kernel.Length == 1;
        long[] size = isRow ? [1, kernel[0]] : kernel, strides = Ints(node, "strides", [.. kernel.Select(_ => 1L)]);
        long[] pads = Ints(node, "pads", new long[2 * kernel.Length]);
        int height = isRow ? 1 : x.Dims[2], width = x.Dims[^1], inputs = x.Dims[1] / groups;
        int top = isRow ? 0 : (int)pads[0], left = (int)(isRow ? pads[0] : pads[1]);
        int bottom = isRow ? 0 : (int)pads[2], strideY = isRow ? 1 : (int)strides[0], strideX = (int)strides[^1];
        int rows = ((height + top + bottom - (int)size[0]) / strideY) + 1;
        int columns = ((width + left + (int)pads[^1] - (int)size[1]) / strideX) + 1;
        IEnumerable<(double, int)> Patch(int output, int row, int column)
        {
            for (int c = 0; c < inputs; c++)
                for (int ky = 0; ky < size[0]; ky++)
                    for (int kx = 0; kx < size[1]; kx++)
                    {
                        int y = (row * strideY) + ky - top, at = (column * strideX) + kx - left;
                        if (y < 0 || at < 0 || y >= height || at >= width) continue;
                        int channel = (output / (outputs / groups) * inputs) + c;
                        yield return (x.Elements[(((channel * height) + y) * width) + at],
                            (((c * (int)size[0]) + ky) * (int)size[1]) + kx);
                    }
        }
        var result = new double[outputs * rows * columns];
        for (int i = 0; i < result.Length; i++)
        {
            int output = i / (rows * columns);
            result[i] = of(output, Patch(output, i / columns % rows, i % columns));
        }
        return new(isRow ? [1, outputs, columns] : [1, outputs, rows, columns], result);
    }
}
