namespace ImcEngine.Networks.Graph;

internal enum UnaryKind { Relu, Sign, Identity, Not }

/// <summary>One float function per element; bool tensors are 0 and 1.</summary>
internal sealed record UnaryNode(string Name, int[] Inputs, int Result, UnaryKind Kind) : Node(Name, Inputs, Result);

/// <summary>min(max(x, Low), High).</summary>
internal sealed record ClipNode(string Name, int[] Inputs, int Result, float Low, float High) : Node(Name, Inputs, Result);

internal enum BinaryKind { Add, Sub, Mul, Div, Equal, Greater, GreaterOrEqual, Less, LessOrEqual }

/// <summary>
/// Elementwise over two operands, each a tensor (its number in Inputs) or a constant of the graph;
/// shapes broadcast as NumPy's, batch axis left out.
/// Comparisons give 0 or 1.
/// </summary>
/// <param name="Left">Constant, or null where the next of Inputs is read.</param>
/// <param name="Right">Constant, or null where the next of Inputs is read.</param>
internal sealed record BinaryNode(string Name, int[] Inputs, int Result, BinaryKind Kind, Constant? Left, Constant? Right)
    : Node(Name, Inputs, Result);

/// <summary>Condition (0 or not) chooses Then or Else, each a constant or, where null, the next of Inputs after the condition.</summary>
internal sealed record WhereNode(string Name, int[] Inputs, int Result, Constant? Then, Constant? Else) : Node(Name, Inputs, Result);

/// <summary>A float tensor that the graph holds; shape without batch axis.</summary>
internal sealed record Constant(TensorShape Shape, float[] Elements);

/// <summary>x * Scale[channel] + Shift[channel], multiply and add rounded separately:
/// a batch norm that no layer could take in, made in double.</summary>
internal sealed record ChannelAffineNode(string Name, int[] Inputs, int Result, float[] Scale, float[] Shift) : Node(Name, Inputs, Result);

/// <summary>x where x >= 0, else x * slope; Slopes per channel or one for all.</summary>
internal sealed record PReluNode(string Name, int[] Inputs, int Result, float[] Slopes) : Node(Name, Inputs, Result);

internal enum PoolKind { Max, Average, AverageCountingPads }

/// <summary>Pooling over windows of <c>[channel, y, x]</c>; sums in index order.</summary>
internal sealed record PoolNode(
    string Name, int[] Inputs, int Result, PoolKind Kind, int KernelHeight, int KernelWidth, int StrideY, int StrideX,
    int PadTop, int PadLeft, int DilationY = 1, int DilationX = 1) : Node(Name, Inputs, Result);

/// <summary>The mean over y and x, summed in index order: <c>[channel, y, x]</c> to <c>[channel]</c> or <c>[channel, 1, 1]</c>.</summary>
internal sealed record GlobalAverageNode(string Name, int[] Inputs, int Result) : Node(Name, Inputs, Result);

/// <summary>The same elements under another shape.</summary>
internal sealed record ReshapeNode(string Name, int[] Inputs, int Result) : Node(Name, Inputs, Result);

/// <summary>Inputs side by side along <paramref name="Axis"/> (batch axis left out).</summary>
internal sealed record ConcatNode(string Name, int[] Inputs, int Result, int Axis) : Node(Name, Inputs, Result);

/// <summary>A constant around y and x.</summary>
internal sealed record PadNode(string Name, int[] Inputs, int Result, int Top, int Left, float Constant) : Node(Name, Inputs, Result);

/// <summary>Over the last axis, by the engine's own exponential.</summary>
internal sealed record SoftmaxNode(string Name, int[] Inputs, int Result) : Node(Name, Inputs, Result);
