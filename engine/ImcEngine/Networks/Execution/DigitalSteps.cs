using ImcEngine.Kernels;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

internal sealed class DigitalStep(DigitalNode node) : Step(node)
{
    private readonly DigitalKernel _kernel = new(node);

    public int ScratchLength => _kernel.ScratchLength;

    public override void Run(ImageState state)
    {
        _kernel.Pad(state.Floats(Input), state.Memory.DigitalScratch);
        state.Tiles.Run(_kernel.Parts, 1,
            new PartTile(_kernel, state.FloatMemory(Input), state.Memory.DigitalScratch, state.FloatMemory(Result)));
    }

    private readonly struct PartTile(DigitalKernel kernel, TensorMemory<float> input, float[] scratch, TensorMemory<float> result) : ITile
    {
        public void Run(int firstPart, int parts, KernelScratch _) =>
            kernel.RunParts(input.Elements, scratch, firstPart, parts, result.Elements);
    }
}

internal sealed class DequantizeStep(DequantizeNode node) : Step(node)
{
    public override void Run(ImageState state) =>
        Quantizers.Dequantize(state.Codes(Input), node.Step,
            node.Inputs.Length == 1 ? node.ZeroPoint : (int)state.Floats(node.Inputs[1])[0], state.Floats(Result));
}

/// <summary>A float function of one tensor that needs no preparation.</summary>
internal sealed class FunctionStep(Node node, FunctionStep.Function function) : Step(node)
{
    public delegate void Function(ReadOnlySpan<float> input, Span<float> result);

    public override void Run(ImageState state) => function(state.Floats(Input), state.Floats(Result));
}

/// <summary>A ReLU and the maximum pool that follows it, the other way round: the maximum of ReLUs is the ReLU of the maximum, of which
/// there are fewer.</summary>
internal sealed class PooledReluStep(UnaryNode relu, PoolNode pool, TensorShape input, TensorShape result) : Step(relu, pool)
{
    public override void Run(ImageState state)
    {
        Pooling.Pool(state.Floats(Input), input, pool, result, state.Floats(Result));
        Elementwise.Unary(state.Floats(Result), UnaryKind.Relu, state.Floats(Result));
    }
}

internal sealed class BinaryStep(BinaryNode node, TensorShape left, TensorShape right) : Step(node)
{
    private readonly BinaryOperator _operator = new(node.Kind, left, right);

    public override void Run(ImageState state)
    {
        int next = 0;
        ReadOnlySpan<float> a = node.Left is { } left ? left.Elements : state.Floats(node.Inputs[next++]);
        ReadOnlySpan<float> b = node.Right is { } right ? right.Elements : state.Floats(node.Inputs[next]);
        _operator.Run(a, b, state.Floats(Result));
    }
}

internal sealed class MatrixProductStep(MatrixProductNode node, TensorShape left, TensorShape right) : Step(node)
{
    private readonly MatrixProduct _product = new(left, right);

    public override void Run(ImageState state)
    {
        int next = 0;
        ReadOnlySpan<float> a = node.Left is { } left ? left.Elements : state.Floats(node.Inputs[next++]);
        ReadOnlySpan<float> b = node.Right is { } right ? right.Elements : state.Floats(node.Inputs[next]);
        _product.Run(a, b, state.Floats(Result));
    }
}

internal sealed class ComputedConvolutionStep(ComputedConvolutionNode node) : Step(node)
{
    public override void Run(ImageState state) => ComputedConvolution.Run(state.Floats(Input), state.Floats(node.Inputs[1]),
        node.Inputs.Length > 2 ? state.Floats(node.Inputs[2]) : node.Bias ?? [], node.Geometry, state.Floats(Result));
}

internal sealed class VariadicStep(VariadicNode node, TensorShape[] operands) : Step(node)
{
    private readonly VariadicOperator _operator = new(node.Kind, operands);

    public override void Run(ImageState state)
    {
        int next = 0;
        for (int i = 0; i < node.Operands.Length; i++)
            _operator.Take(i, node.Operands[i] is { } constant ? constant.Elements : state.Floats(node.Inputs[next++]),
                state.Floats(Result));
    }
}

internal sealed class WhereStep(WhereNode node, TensorShape condition, TensorShape then, TensorShape otherwise) : Step(node)
{
    private readonly WhereOperator _operator = new(condition, then, otherwise);

    public override void Run(ImageState state)
    {
        int next = 1;
        ReadOnlySpan<float> a = node.Then is { } then ? then.Elements : state.Floats(node.Inputs[next++]);
        ReadOnlySpan<float> b = node.Else is { } otherwise ? otherwise.Elements : state.Floats(node.Inputs[next]);
        _operator.Run(state.Floats(Input), a, b, state.Floats(Result));
    }
}

internal sealed class ConcatStep(ConcatNode node, TensorShape[] parts, TensorShape result) : Step(node)
{
    public override void Run(ImageState state)
    {
        for (int i = 0, first = 0; i < parts.Length; first += parts[i++][node.Axis])
            Layout.ConcatPart<float>(state.Floats(node.Inputs[i]), parts[i], node.Axis, first, result, state.Floats(Result));
    }
}
