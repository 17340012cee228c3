using System.Text.Json.Serialization;
using ImcEngine.Mapping;

namespace ImcEngine.Networks.Graph;

internal enum UnaryKind { Relu, Sign, Identity, Not, Abs, Neg, Reciprocal, Floor, Ceil, Round, Sqrt, Float16, BFloat16 }

/// <summary>One exact float operation per element; bool tensors are 0 and 1. Float16 and BFloat16 round to the nearest number of that
/// type, halves to the even one.</summary>
internal sealed record UnaryNode(string Name, int[] Inputs, int Result, UnaryKind Kind) : Node(Name, Inputs, Result);

/// <summary>Named as in ONNX; GeluTanh is Gelu by its approximation.</summary>
internal enum FunctionKind
{
    Elu, Selu, Celu, ThresholdedRelu, Sigmoid, HardSigmoid, HardSwish, Mish, Softplus, Softsign, Tanh, Erf, Gelu, GeluTanh, Swish, Exp, Log,
    Pow,
}

/// <summary>One function per element, computed in double by the engine's own polynomials.</summary>
/// <param name="A">Alpha, or the exponent of Pow; 0 where the function has none.</param>
/// <param name="B">Beta of HardSigmoid, gamma of Selu; 0 where the function has none.</param>
internal sealed record FunctionNode(string Name, int[] Inputs, int Result, FunctionKind Kind, double A, double B)
    : Node(Name, Inputs, Result);

/// <summary>min(max(x, Low), High).</summary>
internal sealed record ClipNode(string Name, int[] Inputs, int Result, float Low, float High) : Node(Name, Inputs, Result);

internal enum BinaryKind { Add, Sub, Mul, Div, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Pow }

/// <summary>
/// An elementwise operation on two operands. Each is a tensor (its number is in Inputs) or a constant of the graph. Shapes broadcast as in
/// NumPy, without the batch axis. Comparisons give 0 or 1.
/// </summary>
/// <param name="Left">The left operand if it is a constant; null: the next tensor of Inputs.</param>
/// <param name="Right">The right operand if it is a constant; null: the next tensor of Inputs.</param>
internal sealed record BinaryNode(string Name, int[] Inputs, int Result, BinaryKind Kind, Constant? Left, Constant? Right)
    : Node(Name, Inputs, Result);

internal enum VariadicKind { Sum, Mean, Max, Min }

/// <summary>Elementwise over any number of operands, from the first to the last;
/// shapes broadcast as NumPy's, batch axis left out.</summary>
/// <param name="Operands">Each a constant, or null where the next of Inputs is read.</param>
internal sealed record VariadicNode(string Name, int[] Inputs, int Result, VariadicKind Kind, Constant?[] Operands)
    : Node(Name, Inputs, Result);

/// <summary>Condition (0 or not) chooses Then or Else, each a constant or, where null, the next of Inputs after the condition.</summary>
internal sealed record WhereNode(string Name, int[] Inputs, int Result, Constant? Then, Constant? Else) : Node(Name, Inputs, Result);

/// <summary>A constant float tensor of the graph; the shape has no batch axis.</summary>
internal sealed record Constant(TensorShape Shape, float[] Elements);

/// <summary>x * Scale[channel] + Shift[channel]; product and sum are rounded separately. A batch norm that could not be folded into a
/// layer; its factors were computed in double.</summary>
internal sealed record ChannelAffineNode(string Name, int[] Inputs, int Result, float[] Scale, float[] Shift) : Node(Name, Inputs, Result);

/// <summary>x if x >= 0, else x * slope; Slopes has one slope per channel or one for all.</summary>
internal sealed record PReluNode(string Name, int[] Inputs, int Result, float[] Slopes) : Node(Name, Inputs, Result);

internal enum PoolKind { Max, Average, AverageCountingPads }

/// <summary>Pooling over windows of <c>[channel, y, x]</c>; sums in index order.</summary>
/// <param name="CountedBottom">Where pads are counted: rows below the input that count, further ones do not. Null: all count.</param>
/// <param name="CountedRight">The same of columns.</param>
internal sealed record PoolNode(
    string Name, int[] Inputs, int Result, PoolKind Kind, int KernelHeight, int KernelWidth, int StrideY, int StrideX,
    int PadTop, int PadLeft, int DilationY = 1, int DilationX = 1,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? CountedBottom = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? CountedRight = null) : Node(Name, Inputs, Result);

/// <summary>The mean over y and x, summed in index order: <c>[channel, y, x]</c> to <c>[channel]</c> or <c>[channel, 1, 1]</c>.</summary>
internal sealed record GlobalAverageNode(string Name, int[] Inputs, int Result) : Node(Name, Inputs, Result);

internal enum ReduceKind { Mean, Sum, Max, Min, Prod, L1, L2, SumSquare, LogSum, LogSumExp }

/// <summary>One number of all elements that differ only in <paramref name="Axes"/> (batch axis left out).</summary>
internal sealed record ReduceNode(string Name, int[] Inputs, int Result, ReduceKind Kind, int[] Axes) : Node(Name, Inputs, Result);

/// <summary>The index of the greatest element along <paramref name="Axis"/> (batch axis left out), or of the least; of equal ones the
/// first or the last.</summary>
internal sealed record ExtremeIndexNode(string Name, int[] Inputs, int Result, int Axis, bool IsLeast, bool TakesLast)
    : Node(Name, Inputs, Result);

/// <summary>The <paramref name="Count"/> greatest elements along <paramref name="Axis"/> (batch axis left out), the greatest first, or the
/// least, the least first; or their places. Of equal elements the first comes first.</summary>
internal sealed record TopKNode(string Name, int[] Inputs, int Result, int Axis, int Count, bool IsLeast, bool GivesPlaces)
    : Node(Name, Inputs, Result);

/// <summary>Matrix products <c>[.., row, k] x [.., k, column]</c>; the axes in front broadcast as in NumPy.</summary>
/// <param name="Left">The left operand if it is a constant; null: the next tensor of Inputs.</param>
/// <param name="Right">The right operand if it is a constant; null: the next tensor of Inputs.</param>
internal sealed record MatrixProductNode(string Name, int[] Inputs, int Result, Constant? Left, Constant? Right)
    : Node(Name, Inputs, Result);

/// <summary>A convolution with weights that depend on the image. Inputs are the tensor and the weights
/// <c>[outputChannel, channel in group, ky, kx]</c>, and a third one for a bias that depends on the image too.</summary>
/// <param name="Bias">One number per output channel; null for none, or for one that depends on the image.</param>
internal sealed record ComputedConvolutionNode(string Name, int[] Inputs, int Result, ConvGeometry Geometry, float[]? Bias)
    : Node(Name, Inputs, Result);

/// <summary>
/// A transposed convolution of <c>[channel, y, x]</c>, or of <c>[channel, x]</c> as a plane of one row: input pixel i adds to result pixel
/// i * stride + k * dilation - pad for each k of the kernel. The result's shape decides what is cut or added behind.
/// </summary>
/// <param name="Weights"><c>[channel, output in group, ky, kx]</c>.</param>
/// <param name="Bias">One number per output channel; null for none.</param>
internal sealed record TransposedConvolutionNode(
    string Name, int[] Inputs, int Result, int Groups, int KernelHeight, int KernelWidth, int StrideY, int StrideX, int PadTop, int PadLeft,
    int DilationY, int DilationX, float[] Weights, float[]? Bias) : Node(Name, Inputs, Result);

/// <summary>
/// Elements taken from other places, repeated or left out: element [i, j, ..] of the result, its axes cut or joined in any way, is element
/// Offsets[0][i] + Offsets[1][j] + .. of the input. Transposition, slices, tiles and picks are such.
/// </summary>
internal sealed record RearrangeNode(string Name, int[] Inputs, int Result, int[][] Offsets) : Node(Name, Inputs, Result);

/// <summary>Weighted sums along y and x of <c>[.., y, x]</c>.</summary>
internal sealed record ResizeNode(string Name, int[] Inputs, int Result, AxisTaps Y, AxisTaps X) : Node(Name, Inputs, Result);

/// <summary>What each index of an axis takes of the input's: number i the entries i Taps .. (i + 1) Taps - 1.</summary>
internal sealed record AxisTaps(int Taps, int[] Indices, double[] Weights)
{
    /// <summary>The size of the result's axis.</summary>
    public int Size => Indices.Length / Taps;
}

/// <summary>The same elements under another shape.</summary>
internal sealed record ReshapeNode(string Name, int[] Inputs, int Result) : Node(Name, Inputs, Result);

/// <summary>The concatenation of the inputs along <paramref name="Axis"/>, which does not count the batch axis.</summary>
internal sealed record ConcatNode(string Name, int[] Inputs, int Result, int Axis) : Node(Name, Inputs, Result);

/// <summary>Padding with a constant along y and x.</summary>
internal sealed record PadNode(string Name, int[] Inputs, int Result, int Top, int Left, float Constant) : Node(Name, Inputs, Result);

/// <summary>Softmax over the last axis, with the engine's own exponential.</summary>
internal sealed record SoftmaxNode(string Name, int[] Inputs, int Result) : Node(Name, Inputs, Result);

/// <summary>Along any axis, of <paramref name="Length"/> elements that lie <paramref name="Inner"/> apart; or the logarithm of it.
/// <see cref="SoftmaxNode"/> is that over the last axis.</summary>
internal sealed record AxisSoftmaxNode(string Name, int[] Inputs, int Result, int Length, int Inner, bool IsLog)
    : Node(Name, Inputs, Result);

/// <summary>(x - mean) / sqrt(variance + Epsilon) * scale + shift over each of <paramref name="Parts"/> equal parts.</summary>
/// <param name="Scale">Element i takes number i / Repeats, from the first again after the last.</param>
/// <param name="Shift">As many.</param>
internal sealed record NormalizationNode(
    string Name, int[] Inputs, int Result, int Parts, float Epsilon, float[] Scale, float[] Shift, int Repeats)
    : Node(Name, Inputs, Result);

/// <summary>x / (Bias + Alpha / Size * sum of x² over <paramref name="Size"/> channels around)^Beta.</summary>
internal sealed record LocalResponseNode(string Name, int[] Inputs, int Result, int Size, float Alpha, float Beta, float Bias)
    : Node(Name, Inputs, Result);
