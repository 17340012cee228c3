using ImcEngine.Importer.Onnx;
using ImcEngine.Mapping;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>Convolutions, linear layers and batch norms.</summary>
internal static class LayerReaders
{
    private const float LeastAlpha = 1e-20f;

    public static Step Conv(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("auto_pad", "dilations", "group", "kernel_shape", "pads", "strides");
        var x = graph.FloatFlow(node, 0);
        if (graph.FlowAt(node, 1) is not null) return ComputedConvolution(graph, node, x);
        var weights = Weights(graph, node);
        var (geometry, result) = Geometry(node, x, weights.Dims);
        double[]? bias = graph.Constant(node, 2, "bias") is { } constant ? Vector(node, constant, weights.Dims[0], "bias") : null;
        return new LayerStep(node, x, new(node.Outputs[0], result, x.Type), geometry, weights, node.Inputs[1], 1, bias);
    }

    /// <summary>Weights that are a tensor of the image, [output, channel, ky, kx] without a batch:
    /// sound where a run has one image.</summary>
    private static PlainStep ComputedConvolution(GraphReader graph, NodeView node, Flow x)
    {
        node.Require(graph.HasOneImage, $"its weight '{node.Inputs[1]}' depends on the image, of which a run may have several; it must be "
            + $"constant. Or export the model with a batch of 1");
        var weights = graph.OperandFlow(node, 1);
        var (geometry, result) = Geometry(node, x, weights.FileSizes);
        if (!node.HasInput(2) || graph.FlowAt(node, 2) is null)
            return StepReaders.Plain(node, [x, weights], result, new ComputedConvolutionNode("", [], 0, geometry,
                graph.Constant(node, 2, "bias") is { } constant
                    ? Array.ConvertAll(Vector(node, constant, geometry.OutputChannels, "bias"), each => (float)each) : null));
        var bias = graph.OperandFlow(node, 2);
        node.Require(bias.FileSizes is [var count] && count == geometry.OutputChannels,
            $"its bias has shape [{string.Join(", ", bias.FileSizes)}]; it must be [{geometry.OutputChannels}]");
        return StepReaders.Plain(node, [x, weights, bias], result, new ComputedConvolutionNode("", [], 0, geometry, null));
    }

    /// <param name="dims">Shape of the weights.</param>
    private static (ConvGeometry Geometry, TensorShape Result) Geometry(NodeView node, Flow x, int[] dims)
    {
        node.Require(x.Shape.Rank is 2 or 3, $"its input has shape {x.Shape} without the batch; supported are convolutions over "
            + $"[channel, y, x] and [channel, x]");
        bool isRow = x.Shape.Rank == 2;
        node.Require(dims.Length == x.Shape.Rank + 1, $"its weights have shape [{string.Join(", ", dims)}]; "
            + $"they must be [output, channel, {(isRow ? "kx" : "ky, kx")}]");
        if (node.Ints("kernel_shape") is { } kernel)
            node.Require(kernel.SequenceEqual(dims[2..].Select(size => (long)size)),
                $"kernel_shape [{string.Join(", ", kernel)}] differs from its weights' [{string.Join(", ", dims[2..])}]");
        long groups = node.Int("group", 1);
        node.Require(groups > 0 && groups <= x.Shape[0] && dims[1] * groups == x.Shape[0],
            $"its weights take {dims[1]} channels in each of {groups} groups, its input has {x.Shape[0]}");
        int kernelHeight = isRow ? 1 : dims[2], kernelWidth = dims[^1];
        var plane = isRow ? new TensorShape(x.Shape[0], 1, x.Shape[1]) : x.Shape;
        var window = Window.Read(node, kernelHeight, kernelWidth, plane, ceil: false, isRow);
        var geometry = new ConvGeometry
        {
            InputChannels = plane[0], InputHeight = plane[1], InputWidth = plane[2], OutputChannels = dims[0],
            KernelHeight = kernelHeight, KernelWidth = kernelWidth,
            StrideY = window.StrideY, StrideX = window.StrideX, PadTop = window.PadTop, PadLeft = window.PadLeft,
            PadBottom = window.PadBottom, PadRight = window.PadRight,
            DilationY = window.DilationY, DilationX = window.DilationX, Groups = (int)groups,
        }.Validated(node.Name);
        return (geometry,
            isRow ? new(dims[0], geometry.OutputWidth) : new(dims[0], geometry.OutputHeight, geometry.OutputWidth));
    }

    public static LayerStep Gemm(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("alpha", "beta", "transA", "transB");
        node.Require(!node.Flag("transA", false), "transA would transpose the batch; supported is transA = 0");
        var weights = Weights(graph, node);
        node.Require(weights.Dims.Length == 2, $"its weights have {weights.Dims.Length} axes; they must have 2");
        if (!node.Flag("transB", false)) weights = graph.Transposed(weights);
        double[]? bias = null;
        if (graph.Constant(node, 2, "bias") is { } constant)
        {
            node.Require(constant.Dims.Length <= 2,
                $"its bias has shape [{string.Join(", ", constant.Dims)}]; it must have at most 2 axes");
            node.Require(constant.Dims.Length < 2 || constant.Dims[0] == 1, "its bias differs between the images of a batch");
            float beta = node.Float("beta", 1);
            bias = Array.ConvertAll(Doubles(node, constant, weights.Dims[0], "bias", scalarAllowed: true), b => b * beta);
        }
        float alpha = node.Float("alpha", 1);
        node.Require(alpha == 0 || MathF.Abs(alpha) >= LeastAlpha,
            $"alpha is {alpha}; supported are 0 and magnitudes from {LeastAlpha}, whose products with weights keep their digits");
        return Linear(graph, node, weights, alpha, bias);
    }

    /// <summary>Of features and a constant matrix a layer; of anything else a product that runs digitally.</summary>
    public static Step MatMul(GraphReader graph, NodeView node)
    {
        node.AllowAttributes();
        var (x, y) = (graph.FlowAt(node, 0), graph.FlowAt(node, 1));
        if (y is null && x is { Shape.Rank: 1, IsPerImage: false })
        {
            var weights = Weights(graph, node);
            node.Require(weights.Dims.Length == 2, $"its second input has {weights.Dims.Length} axes; it must have 2");
            return Linear(graph, node, graph.Transposed(weights), 1, null);
        }
        int rank = Math.Max(x?.Shape.Rank ?? 0, y?.Shape.Rank ?? 0);
        Flow[] flows =
            [.. new[] { (x, 0), (y, 1) }.Where(each => each.Item1 is not null).Select(each => graph.OperandFlow(node, each.Item2))];
        bool isPerImage = Array.TrueForAll(flows, flow => flow.IsPerImage);
        foreach (var flow in flows)
            node.Require(graph.HasOneImage ? flow.Shape.Rank >= 2 : flow.Shape.Rank == rank && rank >= 2 && !flow.IsPerImage,
                $"its input '{flow.Name}' has shape {flow.Shape} without the batch, and the product would mix images");
        Constant? Operand(int input, Flow? own)
        {
            if (own is not null) return null;
            var constant = graph.Constant(node, input, "operand")!;
            return isPerImage ? new(new(constant.Dims), GraphReader.Floats(node, constant)) : GraphReader.Operand(node, constant, rank);
        }
        var (left, right) = (Operand(0, x), Operand(1, y));
        foreach (var constant in new[] { left, right }.OfType<Constant>())
            node.Require(constant.Shape.Rank >= 2, $"its constant has shape {constant.Shape}; it must have 2 axes or more");
        var product = new MatrixProduct(x?.Shape ?? left!.Shape, y?.Shape ?? right!.Shape);
        int[] sizes = [.. product.ResultShape.Sizes];
        bool lacksBatch = isPerImage || flows.Max(flow => flow.FileSizes.Length) == sizes.Length;
        return new PlainStep(node, flows, graph.Made(node, lacksBatch ? sizes : [1, .. sizes], OnnxDataType.Float),
            new MatrixProductNode("", [], 0, left, right));
    }

    public static BatchNormStep BatchNorm(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("epsilon", "momentum", "training_mode");
        node.Float("momentum", 0.9f);
        node.Require(!node.Flag("training_mode", false), "supported is inference over channels (training_mode 0)");
        node.Require(node.Outputs.Count == 1, $"it has {node.Outputs.Count} outputs, as in training; supported is inference, with one");
        var x = graph.FloatFlow(node, 0);
        double[] Parameter(int input, string what) =>
            Vector(node, graph.Constant(node, input, what) ?? throw node.Error($"it has no {what}"), x.Shape[0], what);
        var (scale, shift) = Affine(Parameter(1, "scale"), Parameter(2, "bias"), Parameter(3, "mean"), Parameter(4, "variance"),
            node.Float("epsilon", 1e-5f));
        node.Require(scale.All(IsFiniteFloat) && shift.All(IsFiniteFloat),
            "its variance plus epsilon is not positive, or a parameter is not finite");
        return new(node, x, new(node.Outputs[0], x.Shape, x.Type), scale, shift);
    }

    private static bool IsFiniteFloat(double number) => float.IsFinite((float)number);

    /// <summary>A batch norm as x * scale + shift.</summary>
    public static (double[] Scale, double[] Shift) Affine(double[] gamma, double[] beta, double[] mean, double[] variance, float epsilon)
    {
        double[] scale = [.. gamma.Select((g, c) => g / Math.Sqrt(variance[c] + epsilon))];
        return (scale, [.. beta.Select((b, c) => b - mean[c] * scale[c])]);
    }

    private static LayerStep Linear(GraphReader graph, NodeView node, ConstantValue weights, double alpha, double[]? bias)
    {
        var x = graph.FloatFlow(node, 0);
        int outputs = weights.Dims[0], inputs = weights.Dims[1];
        node.Require(x.Shape.Rank == 1 && x.Shape[0] == inputs,
            $"its input has shape {x.Shape} without the batch, its weights take [{inputs}]");
        var geometry = ConvGeometry.Linear(inputs, outputs).Validated(node.Name);
        return new(node, x, new(node.Outputs[0], new(outputs), x.Type), geometry, weights, node.Inputs[1], alpha, bias);
    }

    private static ConstantValue Weights(GraphReader graph, NodeView node)
    {
        node.Require(node.HasInput(0) && node.HasInput(1), "an input is absent");
        var weights = graph.Constant(node, 1, "weight")!;
        node.Require(weights.Floats is not null, $"its weights are of type {weights.Type}; they must be Float, or dequantized");
        node.Require(weights.Count > 0, $"its weights have shape [{string.Join(", ", weights.Dims)}], which holds none");
        return weights;
    }

    private static double[] Vector(NodeView node, ConstantValue constant, int channels, string what)
    {
        double[] doubles = Doubles(node, constant, channels, what, scalarAllowed: false);
        node.Require(constant.Dims.Length == 1, $"its {what} has shape [{string.Join(", ", constant.Dims)}]; it must be [{channels}]");
        return doubles;
    }

    private static double[] Doubles(NodeView node, ConstantValue constant, int channels, string what, bool scalarAllowed)
    {
        float[] floats = constant.Floats ?? throw node.Error($"its {what} is of type {constant.Type}; it must be Float, or dequantized");
        if (scalarAllowed && floats.Length == 1 && channels > 1) return [.. Enumerable.Repeat((double)floats[0], channels)];
        node.Require(floats.Length == channels, $"its {what} has {floats.Length} numbers for {channels} channels");
        return Array.ConvertAll(floats, x => (double)x);
    }
}
