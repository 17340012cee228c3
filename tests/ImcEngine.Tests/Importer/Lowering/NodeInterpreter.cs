using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Runs a network node by node with the float operators; a macro layer by its definition, in plain loops.</summary>
internal static class NodeInterpreter
{
    public static float[] Run(Network network, float[] image)
    {
        var floats = new float[network.Tensors.Count][];
        var codes = new short[network.Tensors.Count][];
        floats[0] = image;
        foreach (var node in network.Nodes)
        {
            var info = network.Tensors[node.Result];
            if (node is QuantizeNode quantize)
            {
                codes[node.Result] = new short[info.Shape.Count];
                Quantizers.Quantize(floats[node.Inputs[0]], quantize, codes[node.Result]);
                continue;
            }
            if (node is DynamicQuantizeNode)
            {
                codes[node.Result] = new short[info.Shape.Count];
                Quantizers.Quantize(floats[node.Inputs[0]],
                    DynamicQuantization.RuleOf(floats[node.Inputs[1]][0], (int)floats[node.Inputs[2]][0]), codes[node.Result]);
                continue;
            }
            if (node is PadCodesNode pad)
            {
                codes[node.Result] = new short[info.Shape.Count];
                short code = node.Inputs.Length == 1 ? pad.Code : (short)floats[node.Inputs[1]][0];
                Layout.Pad(codes[node.Inputs[0]], pad.Shape, pad.Top, pad.Left, code, info.Shape, codes[node.Result].AsSpan());
                continue;
            }
            var result = floats[node.Result] = new float[info.Shape.Count];
            if (node is DequantizeNode dequantize)
                Quantizers.Dequantize(codes[node.Inputs[0]], dequantize.Step,
                node.Inputs.Length == 1 ? dequantize.ZeroPoint : (int)floats[node.Inputs[1]][0], result);
            else if (node is MacroNode macro) Macro(macro, codes[node.Inputs[0]], ZeroOf(macro, floats), result);
            else RunFloat(network, node, floats, result);
        }
        return floats[network.OutputTensor];
    }

    private static void RunFloat(Network network, Node node, float[][] floats, float[] result)
    {
        var shape = network.Tensors[node.Result].Shape;
        var x = floats[node.Inputs[0]];
        var xShape = network.Tensors[node.Inputs[0]].Shape;
        int next = 0;
        (float[] Elements, TensorShape Shape) Operand(Constant? constant)
        {
            if (constant is not null) return (constant.Elements, constant.Shape);
            int input = node.Inputs[next++];
            return (floats[input], network.Tensors[input].Shape);
        }
        switch (node)
        {
            case DigitalNode digital:
                var kernel = new DigitalKernel(digital);
                kernel.Run(x, new float[kernel.ScratchLength], result);
                break;
            case DynamicParameterNode parameter:
                var (scale, zero) = DynamicQuantization.ParametersOf(x);
                result[0] = parameter.Parameter == DynamicParameter.Scale ? scale : zero;
                break;
            case UnaryNode unary: Elementwise.Unary(x, unary.Kind, result); break;
            case FunctionNode function: Functions.Apply(x, Functions.Of(function.Kind, function.A, function.B), result); break;
            case ClipNode clip: Elementwise.Clip(x, clip.Low, clip.High, result); break;
            case ChannelAffineNode affine: Elementwise.ChannelAffine(x, affine.Scale, affine.Shift, result); break;
            case PReluNode prelu: Elementwise.PRelu(x, prelu.Slopes, result); break;
            case BinaryNode binary:
                var (left, right) = (Operand(binary.Left), Operand(binary.Right));
                new BinaryOperator(binary.Kind, left.Shape, right.Shape).Run(left.Elements, right.Elements, result);
                break;
            case VariadicNode variadic:
                var operands = Array.ConvertAll(variadic.Operands, Operand);
                var combined = new VariadicOperator(variadic.Kind, Array.ConvertAll(operands, operand => operand.Shape));
                for (int i = 0; i < operands.Length; i++) combined.Take(i, operands[i].Elements, result);
                break;
            case WhereNode where:
                next = 1;
                var (then, otherwise) = (Operand(where.Then), Operand(where.Else));
                new WhereOperator(xShape, then.Shape, otherwise.Shape).Run(x, then.Elements, otherwise.Elements, result);
                break;
            case PoolNode pool: Pooling.Pool(x, xShape, pool, shape, result); break;
            case GlobalAverageNode: Pooling.GlobalAverage(x, xShape[0], result); break;
            case ReduceNode reduce: new Reduction(reduce, xShape).Run(x, result); break;
            case ExtremeIndexNode extreme: new ExtremeIndex(extreme, xShape).Run(x, result); break;
            case TopKNode top: new TopElements(top, xShape).Run(x, result); break;
            case ComputedConvolutionNode computed:
                ComputedConvolution.Run(x, floats[computed.Inputs[1]],
                    computed.Inputs.Length > 2 ? floats[computed.Inputs[2]] : computed.Bias ?? [], computed.Geometry, result);
                break;
            case TransposedConvolutionNode transposed: new TransposedConvolution(transposed, xShape, shape).Run(x, result); break;
            case MatrixProductNode product:
                var (first, second) = (Operand(product.Left), Operand(product.Right));
                new MatrixProduct(first.Shape, second.Shape).Run(first.Elements, second.Elements, result);
                break;
            case RearrangeNode rearrange: new Rearrangement(rearrange).Run(x, result); break;
            case ResizeNode resize: Interpolation.Run(x, xShape[xShape.Rank - 2], xShape[xShape.Rank - 1], resize, result); break;
            case NormalizationNode normalization: Normalization.Run(x, normalization, result); break;
            case LocalResponseNode response: Normalization.LocalResponse(x, xShape[0], response, result); break;
            case AxisSoftmaxNode softmax: Softmax.Run(x, softmax.Length, softmax.Inner, softmax.IsLog, result); break;
            case ReshapeNode: x.CopyTo(result, 0); break;
            case ConcatNode concat:
                int start = 0;
                foreach (int input in node.Inputs)
                {
                    var part = network.Tensors[input].Shape;
                    Layout.ConcatPart<float>(floats[input], part, concat.Axis, start, shape, result);
                    start += part[concat.Axis];
                }
                break;
            case PadNode pad: Layout.Pad<float>(x, xShape, pad.Top, pad.Left, pad.Constant, shape, result); break;
            case SoftmaxNode: Softmax.Run(x, xShape[xShape.Rank - 1], result); break;
            default: throw new ArgumentException($"No rule for {node}.");
        }
    }

    private static int ZeroOf(MacroNode node, float[][] floats) =>
        node.Zeros is { PerImage: true } ? (int)floats[node.Inputs[1]][0] : node.Zeros?.Input ?? 0;

    /// <summary>Sums the products of codes less their zero points.</summary>
    private static void Macro(MacroNode node, short[] codes, int zero, float[] result)
    {
        var g = node.Geometry;
        for (int o = 0; o < g.OutputChannels; o++)
            for (int y = 0; y < g.OutputHeight; y++)
                for (int x = 0; x < g.OutputWidth; x++)
                {
                    long sum = node.Zeros?.Bias?[o] ?? 0;
                    int weightZero = node.Zeros?.Weights?[o] ?? 0;
                    for (int c = 0; c < g.GroupInputChannels; c++)
                        for (int ky = 0; ky < g.KernelHeight; ky++)
                            for (int kx = 0; kx < g.KernelWidth; kx++)
                            {
                                int iy = (y * g.StrideY) - g.PadTop + (ky * g.DilationY),
                                    ix = (x * g.StrideX) - g.PadLeft + (kx * g.DilationX);
                                if (iy < 0 || ix < 0 || iy >= g.InputHeight || ix >= g.InputWidth) continue;
                                int channel = (o / g.GroupOutputChannels * g.GroupInputChannels) + c;
                                int weight = node.WeightCodes[
                                    (((((o * g.GroupInputChannels) + c) * g.KernelHeight) + ky) * g.KernelWidth) + kx] - weightZero;
                                sum += (codes[(((channel * g.InputHeight) + iy) * g.InputWidth) + ix] - zero) * weight;
                            }
                    result[(((o * g.OutputHeight) + y) * g.OutputWidth) + x] = (float)((sum * node.ResultScale[o]) + node.ResultShift[o]);
                }
    }
}
