namespace ImcEngine.Networks.Graph;

internal enum UnaryKind { Relu, Sign, Identity, Not }

/// <summary>A function applied to each element; bool tensors are 0 and 1.</summary>
internal sealed record UnaryNode(string Name, int[] Inputs, int Result, UnaryKind Kind) : Node(Name, Inputs, Result);

/// <summary>min(max(x, Low), High).</summary>
internal sealed record ClipNode(string Name, int[] Inputs, int Result, float Low, float High) : Node(Name, Inputs, Result);

internal enum BinaryKind { Add, Sub, Mul, Div, Equal, Greater, GreaterOrEqual, Less, LessOrEqual }

/// <summary>
/// An elementwise operation on two operands. Each is a tensor (its number is in Inputs) or a constant of the graph. Shapes broadcast as in
/// NumPy, without the batch axis. Comparisons give 0 or 1.
/// </summary>
/// <param name="Left">The left operand if it is a constant; null: the next tensor of Inputs.</param>
/// <param name="Right">The right operand if it is a constant; null: the next tensor of Inputs.</param>
internal sealed record BinaryNode(string Name, int[] Inputs, int Result, BinaryKind Kind, Constant? Left, Constant? Right)
    : Node(Name, Inputs, Result);

/// <summary>Chooses Else where the condition is 0, Then elsewhere. Each is a constant or, if null, the next tensor of Inputs after the
/// condition.</summary>
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
internal sealed record PoolNode(
    string Name, int[] Inputs, int Result, PoolKind Kind, int KernelHeight, int KernelWidth, int StrideY, int StrideX,
    int PadTop, int PadLeft, int DilationY = 1, int DilationX = 1) : Node(Name, Inputs, Result);

/// <summary>The mean over y and x, summed in index order: <c>[channel, y, x]</c> to <c>[channel]</c> or <c>[channel, 1, 1]</c>.</summary>
internal sealed record GlobalAverageNode(string Name, int[] Inputs, int Result) : Node(Name, Inputs, Result);

/// <summary>The same elements under another shape.</summary>
internal sealed record ReshapeNode(string Name, int[] Inputs, int Result) : Node(Name, Inputs, Result);

/// <summary>The concatenation of the inputs along <paramref name="Axis"/>, which does not count the batch axis.</summary>
internal sealed record ConcatNode(string Name, int[] Inputs, int Result, int Axis) : Node(Name, Inputs, Result);

/// <summary>Padding with a constant along y and x.</summary>
internal sealed record PadNode(string Name, int[] Inputs, int Result, int Top, int Left, float Constant) : Node(Name, Inputs, Result);

/// <summary>Softmax over the last axis, with the engine's own exponential.</summary>
internal sealed record SoftmaxNode(string Name, int[] Inputs, int Result) : Node(Name, Inputs, Result);
