using System.Numerics;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Digital;

namespace ImcEngine.Importer.Lowering;

/// <summary>Operators on each element of constants, in the arithmetic of their type; integers that leave it are refused.</summary>
internal static class ConstantArithmetic
{
    public static ConstantValue Unary(NodeView node, ConstantValue x)
    {
        node.AllowAttributes();
        RequireNumbers(node, x);
        var result = x.Floats is not null ? ConstantValue.OfFloats(x.Name, x.Dims, Array.ConvertAll(x.Floats, Function<float>(node)))
            : x.Doubles is not null
                ? Unrounded(node, x.Name, x.Dims, Array.ConvertAll(x.Doubles, Function<double>(node)), x.Type)
                : Integers(node, x.Name, x.Dims, Array.ConvertAll(x.Integers!, IntegerFunction(node, x.Type)), x.Type);
        return result with { IsSign = node.Operator == "Sign" || (node.Operator == "Neg" && x.IsSign) };
    }

    /// <summary>Lower and upper bound, either of which may be absent.</summary>
    public static ConstantValue Clip(NodeView node, ConstantValue x, ConstantValue? low, ConstantValue? high)
    {
        node.AllowAttributes();
        RequireNumbers(node, x);
        RequireSince(node, x, 12);
        foreach (var bound in new[] { low, high }.OfType<ConstantValue>())
            node.Require(bound.Type == x.Type && bound.Count == 1,
                $"its bound '{bound.Name}' is of type {bound.Type} with {bound.Count} elements; it must be one {x.Type}");
        T[] Clipped<T>(T[] elements, T[]? least, T[]? most) where T : INumber<T>
        {
            if (least is not null && most is not null)
                node.Require(least[0] <= most[0], $"its lower bound {least[0]} exceeds its upper bound {most[0]}");
            return Array.ConvertAll(elements, element =>
                least is not null && element < least[0] ? least[0] : most is not null && element > most[0] ? most[0] : element);
        }
        return x.Floats is not null ? ConstantValue.OfFloats(x.Name, x.Dims, Clipped(x.Floats, low?.Floats, high?.Floats))
            : x.Doubles is not null ? ConstantValue.OfDoubles(x.Name, x.Dims, Clipped(x.Doubles, low?.Doubles, high?.Doubles), x.Type)
            : ConstantValue.OfIntegers(x.Name, x.Dims, Clipped(x.Integers!, low?.Integers, high?.Integers), x.Type);
    }

    public static ConstantValue Binary(NodeView node, ConstantValue a, ConstantValue b)
    {
        node.AllowAttributes();
        return Combined(node, node.Operator, a, b);
    }

    /// <summary>Max, Min or Sum, from left to right.</summary>
    public static ConstantValue OfMany(NodeView node, ConstantValue[] inputs)
    {
        node.AllowAttributes();
        foreach (var input in inputs)
        {
            RequireNumbers(node, input);
            RequireSince(node, input, node.Operator == "Sum" ? int.MaxValue : 12);
            node.Require(node.Opset >= 8 || input.Dims.SequenceEqual(inputs[0].Dims),
                $"its inputs differ in shape, which they may since opset 8; the model is of opset {node.Opset}");
        }
        string @operator = node.Operator == "Sum" ? "Add" : node.Operator;
        return inputs.Aggregate((a, b) => Combined(node, @operator, a, b));
    }

    public static ConstantValue Compare(NodeView node, ConstantValue a, ConstantValue b)
    {
        node.AllowAttributes();
        var (name, dims, fromA, fromB) = Pairs(node, a, b);
        node.Require(a.Type != OnnxDataType.Bool || node.Operator == "Equal", "its inputs are of type Bool; they must hold numbers");
        if (node.Operator == "Equal")
            node.Require(a.Integers is not null || node.Opset >= 11,
                $"it compares {a.Type} since opset 11; the model is of opset {node.Opset}");
        else RequireSince(node, a, 9);
        long[] Compared<T>(T[] left, T[] right) where T : INumber<T>
        {
            var holds = Comparison<T>(node.Operator);
            return Combine(fromA, fromB, (i, j) => holds(left[i], right[j]) ? 1L : 0);
        }
        long[] bools = a.Floats is not null ? Compared(a.Floats, b.Floats!)
            : a.Doubles is not null ? Compared(a.Doubles, b.Doubles!)
            : Compared(a.Integers!, b.Integers!);
        return ConstantValue.OfIntegers(name, dims, bools, OnnxDataType.Bool);
    }

    /// <summary>Refuses a 16-bit result that is rounded: ONNX rounds each result, OnnxRuntime only the last of several.</summary>
    public static ConstantValue Unrounded(NodeView node, string name, int[] dims, double[] exact, OnnxDataType type)
    {
        var result = ConstantValue.OfDoubles(name, dims, exact, type);
        int same = exact.AsSpan().CommonPrefixLength(result.Doubles);
        node.Require(same == exact.Length,
            $"its constant result {exact.ElementAtOrDefault(same)} is rounded to {type}, "
            + $"which not all readers of ONNX do; compute it in Float");
        return result;
    }

    /// <summary>Returns name and shape of the result, and for each of its elements the index of the element of each operand.</summary>
    public static (string Name, int[] Dims, int[] FromA, int[] FromB) Pairs(NodeView node, ConstantValue a, ConstantValue b,
        bool mayDiffer = false)
    {
        ConstantFolder.RequireNumber(node, a);
        ConstantFolder.RequireNumber(node, b);
        node.Require(mayDiffer || a.Type == b.Type, $"it mixes {a.Type} and {b.Type}");
        int[] dims = Broadcasting.Shape(a.Dims, b.Dims)
            ?? throw node.Error($"shapes [{string.Join(", ", a.Dims)}] and [{string.Join(", ", b.Dims)}] do not broadcast");
        ConstantFolder.BoundedCount(node, dims, Math.Max(a.Count, b.Count));
        return (a.Count >= b.Count ? a.Name : b.Name, dims, Broadcasting.Indices(a.Dims, dims), Broadcasting.Indices(b.Dims, dims));
    }

    public static T[] Combine<T>(int[] fromA, int[] fromB, Func<int, int, T> combine)
    {
        var result = new T[fromA.Length];
        for (int i = 0; i < result.Length; i++) result[i] = combine(fromA[i], fromB[i]);
        return result;
    }

    /// <summary>Refuses integers that leave their type.</summary>
    public static ConstantValue Integers(NodeView node, string name, int[] dims, long[] integers, OnnxDataType type)
    {
        foreach (long integer in integers) ConstantFolder.Fitting(node, integer, type);
        return ConstantValue.OfIntegers(name, dims, integers, type);
    }

    /// <summary>Floats or integers, and not the number of images.</summary>
    public static void RequireNumbers(NodeView node, ConstantValue x)
    {
        ConstantFolder.RequireNumber(node, x);
        node.Require(x.Type != OnnxDataType.Bool, "its input is of type Bool; it must hold numbers");
    }

    /// <summary>Refuses integers before the opset that has them.</summary>
    public static void RequireSince(NodeView node, ConstantValue x, int opset) =>
        node.Require(x.Integers is null || node.Opset >= opset,
            $"it takes {x.Type} {(opset == int.MaxValue ? "in no opset" : $"since opset {opset}")}; the model is of opset {node.Opset}");

    private static ConstantValue Combined(NodeView node, string @operator, ConstantValue a, ConstantValue b)
    {
        var (name, dims, fromA, fromB) = Pairs(node, a, b);
        RequireNumbers(node, a);
        if (a.Integers is not null)
            return Integers(node, name, dims,
                Combine(fromA, fromB, (i, j) => Integer(node, @operator, a.Integers[i], b.Integers![j])), a.Type);
        T[] Calculated<T>(T[] left, T[] right) where T : INumber<T>
        {
            var calculate = Calculation<T>(@operator);
            return Combine(fromA, fromB, (i, j) => calculate(left[i], right[j]));
        }
        var result = a.Floats is not null ? ConstantValue.OfFloats(name, dims, Calculated(a.Floats, b.Floats!))
            : Unrounded(node, name, dims, Calculated(a.Doubles!, b.Doubles!), a.Type);
        return result with { IsSign = (a.IsSign || b.IsSign) && @operator is "Mul" or "Div" };
    }

    private static Func<T, T, T> Calculation<T>(string @operator) where T : INumber<T> => @operator switch
    {
        "Add" => static (a, b) => a + b,
        "Sub" => static (a, b) => a - b,
        "Mul" => static (a, b) => a * b,
        "Max" => static (a, b) => a > b ? a : b,
        "Min" => static (a, b) => a < b ? a : b,
        _ => static (a, b) => a / b,
    };

    private static long Integer(NodeView node, string @operator, long a, long b) => @operator switch
    {
        "Add" => checked(a + b),
        "Sub" => checked(a - b),
        "Mul" => checked(a * b),
        "Max" => Math.Max(a, b),
        "Min" => Math.Min(a, b),
        _ => b is 0 or -1 ? throw node.Error($"integer division {a} / {b}") : a / b,
    };

    private static Func<T, T, bool> Comparison<T>(string @operator) where T : INumber<T> => @operator switch
    {
        "Equal" => static (a, b) => a == b,
        "Greater" => static (a, b) => a > b,
        "GreaterOrEqual" => static (a, b) => a >= b,
        "Less" => static (a, b) => a < b,
        _ => static (a, b) => a <= b,
    };

    private static Converter<T, T> Function<T>(NodeView node) where T : IFloatingPointIeee754<T> => node.Operator switch
    {
        "Abs" => static x => T.Abs(x),
        "Ceil" => static x => T.Ceiling(x),
        "Exp" => static x => T.CreateChecked(RealFunctions.Exponential(double.CreateChecked(x))),
        "Floor" => static x => T.Floor(x),
        "Neg" => static x => -x,
        "Reciprocal" => static x => T.One / x,
        "Relu" => static x => x > T.Zero ? x : T.Zero,
        "Sqrt" => static x => T.Sqrt(x),
        _ => Sign,
    };

    private static Converter<long, long> IntegerFunction(NodeView node, OnnxDataType type)
    {
        bool isSigned = TensorEncoder.RangeOf(type).Low < 0;
        node.Require(node.Operator is "Abs" or "Sign" || (isSigned && node.Operator is "Neg" or "Relu"),
            $"its input is of type {type}; supported are floating-point types");
        node.Require(node.Operator != "Relu" || node.Opset >= 14, $"it takes {type} since opset 14; the model is of opset {node.Opset}");
        return node.Operator switch
        {
            "Abs" => Math.Abs,
            "Neg" => static x => checked(-x),
            "Relu" => static x => Math.Max(x, 0),
            _ => Sign,
        };
    }

    private static T Sign<T>(T number) where T : INumber<T> => number > T.Zero ? T.One : number < T.Zero ? -T.One : number;
}
