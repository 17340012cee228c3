using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>Makes the steps of nodes that are the same on every die.</summary>
internal static class StepFactory
{
    public static Step Create(Network network, Node node)
    {
        TensorShape ShapeOf(int tensor) => network.Tensors[tensor].Shape;
        var input = ShapeOf(node.Inputs[0]);
        var result = ShapeOf(node.Result);
        return node switch
        {
            DigitalNode digital => new DigitalStep(digital),
            QuantizeNode quantize => new QuantizeToNumbersStep(quantize, result.Count),
            DynamicParameterNode parameter => new DynamicParameterStep(parameter),
            DynamicQuantizeNode dynamic => new DynamicQuantizeStep(dynamic),
            PadCodesNode pad => new PadCodesStep(pad, result),
            DequantizeNode dequantize => new DequantizeStep(dequantize),
            UnaryNode unary => new FunctionStep(node, (from, to) => Elementwise.Unary(from, unary.Kind, to)),
            FunctionNode function => CreateFunction(function),
            ClipNode clip => new FunctionStep(node, (from, to) => Elementwise.Clip(from, clip.Low, clip.High, to)),
            ChannelAffineNode affine =>
                new FunctionStep(node, (from, to) => Elementwise.ChannelAffine(from, affine.Scale, affine.Shift, to)),
            PReluNode prelu => new FunctionStep(node, (from, to) => Elementwise.PRelu(from, prelu.Slopes, to)),
            PoolNode pool => new FunctionStep(node, (from, to) => Pooling.Pool(from, input, pool, result, to)),
            GlobalAverageNode => new FunctionStep(node, (from, to) => Pooling.GlobalAverage(from, input[0], to)),
            ReduceNode reduce => new FunctionStep(node, new Reduction(reduce, input).Run),
            ExtremeIndexNode extreme => new FunctionStep(node, new ExtremeIndex(extreme, input).Run),
            TopKNode top => new FunctionStep(node, new TopElements(top, input).Run),
            ComputedConvolutionNode convolution => new ComputedConvolutionStep(convolution),
            TransposedConvolutionNode convolution =>
                new FunctionStep(node, new TransposedConvolution(convolution, input, result).Run),
            RearrangeNode rearrange => new FunctionStep(node, new Rearrangement(rearrange).Run),
            ResizeNode resize =>
                new FunctionStep(node, (from, to) => Interpolation.Run(from, input[input.Rank - 2], input[input.Rank - 1], resize, to)),
            ReshapeNode => new FunctionStep(node, (from, to) => from.CopyTo(to)),
            PadNode pad =>
                new FunctionStep(node, (from, to) => Layout.Pad<float>(from, input, pad.Top, pad.Left, pad.Constant, result, to)),
            SoftmaxNode => new FunctionStep(node, (from, to) => Softmax.Run(from, input[input.Rank - 1], to)),
            AxisSoftmaxNode softmax =>
                new FunctionStep(node, (from, to) => Softmax.Run(from, softmax.Length, softmax.Inner, softmax.IsLog, to)),
            NormalizationNode norm => new FunctionStep(node, (from, to) => Normalization.Run(from, norm, to)),
            LocalResponseNode response => new FunctionStep(node, (from, to) => Normalization.LocalResponse(from, input[0], response, to)),
            BinaryNode binary => CreateBinary(binary, ShapeOf),
            MatrixProductNode product => CreateProduct(product, ShapeOf),
            VariadicNode variadic => CreateVariadic(variadic, ShapeOf),
            WhereNode where => CreateWhere(where, ShapeOf),
            ConcatNode concat => new ConcatStep(concat, [.. concat.Inputs.Select(ShapeOf)], result),
            _ => throw new InvalidOperationException($"Node '{node.Name}' is a {node.GetType().Name}, which the engine cannot run."),
        };
    }

    private static FunctionStep CreateFunction(FunctionNode node)
    {
        var function = Functions.Of(node.Kind, node.A, node.B);
        return new(node, (from, to) => Functions.Apply(from, function, to));
    }

    private static VariadicStep CreateVariadic(VariadicNode node, Func<int, TensorShape> shapeOf)
    {
        int next = 0;
        return new(node, Array.ConvertAll(node.Operands, operand => operand?.Shape ?? shapeOf(node.Inputs[next++])));
    }

    private static BinaryStep CreateBinary(BinaryNode node, Func<int, TensorShape> shapeOf)
    {
        int next = 0;
        var left = node.Left?.Shape ?? shapeOf(node.Inputs[next++]);
        return new(node, left, node.Right?.Shape ?? shapeOf(node.Inputs[next]));
    }

    private static MatrixProductStep CreateProduct(MatrixProductNode node, Func<int, TensorShape> shapeOf)
    {
        int next = 0;
        var left = node.Left?.Shape ?? shapeOf(node.Inputs[next++]);
        return new(node, left, node.Right?.Shape ?? shapeOf(node.Inputs[next]));
    }

    private static WhereStep CreateWhere(WhereNode node, Func<int, TensorShape> shapeOf)
    {
        int next = 1;
        var then = node.Then?.Shape ?? shapeOf(node.Inputs[next++]);
        return new(node, shapeOf(node.Inputs[0]), then, node.Else?.Shape ?? shapeOf(node.Inputs[next]));
    }
}
