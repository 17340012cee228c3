using System.Numerics;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>Computes nodes whose inputs are all constants, as ONNX does:
/// floating types each in its own arithmetic, integers in int64.</summary>
internal static class ConstantFolder
{
    /// <summary>A small file must not unfold into a large constant: no result exceeds the larger of this and its largest input.</summary>
    private const int SmallCount = 65536;

    private static readonly string[] ConstantAttributes = ["value", "value_float", "value_floats", "value_int", "value_ints"];

    /// <exception cref="ModelException">The operator has no rule for constants,
    /// or its result has too many axes or an element that is not finite.</exception>
    public static ConstantValue Fold(NodeView node, ConstantValue?[] inputs)
    {
        try
        {
            var result = Compute(node, inputs);
            node.Require(result.Dims.Length <= ModelLimits.MostAxes,
                $"its result has {result.Dims.Length} axes; at most {ModelLimits.MostAxes} are supported");
            node.Require(!result.HasBatch || inputs.Any(input => input is { HasBatch: true }),
                $"its constant result holds {ConstantValue.Batch}; integers above it are supported");
            return result.NotFinite is { } found
                ? throw node.Error($"its constant result holds {found}; only finite numbers are supported") : result;
        }
        catch (OverflowException exception)
        {
            throw node.Error($"its constants are too large: {exception.Message}", exception);
        }
    }

    private static ConstantValue Compute(NodeView node, ConstantValue?[] inputs)
    {
        if (node.Operator == "Constant") return OfConstantNode(node);
        var first = inputs.FirstOrDefault() ?? throw node.Error("its first input is absent");
        return node.Operator switch
        {
            "Identity" or "Dropout" => first,
            "Cast" => Cast(node, first),
            "Shape" => OfShape(node, [.. first.Dims.Select(size => (long)size)]),
            "Gather" => ConstantShapes.Gather(node, first, Second(node, inputs)),
            "Squeeze" or "Unsqueeze" or "Reshape" or "Flatten" => ConstantShapes.Reshaped(node, first, inputs.ElementAtOrDefault(1)),
            "Concat" => ConstantShapes.Concat(node, [.. inputs.Select(input => input ?? throw node.Error("an input is absent"))]),
            "Transpose" => ConstantShapes.Transpose(node, first),
            "Add" or "Sub" or "Mul" or "Div" or "Equal" or "Greater" or "GreaterOrEqual" or "Less" or "LessOrEqual" =>
                Binary(node, first, Second(node, inputs)),
            "Not" => Not(node, first),
            "Sign" => Signs(node, first),
            "Where" =>
                Where(node, first, Second(node, inputs), inputs.ElementAtOrDefault(2) ?? throw node.Error("its third input is absent")),
            "QuantizeLinear" => ConstantQuantization.Quantize(node, first, Second(node, inputs), inputs.ElementAtOrDefault(2)),
            "DequantizeLinear" => ConstantQuantization.Dequantize(node, first, Second(node, inputs), inputs.ElementAtOrDefault(2)),
            _ when FunctionReaders.Prototype(node) is { } function => FunctionReaders.Fold(node, first, function),
            _ => throw node.Error("all its inputs are constants, and it is not among the operators that are computed at import "
                + "(Identity, Cast, Shape, Gather, Squeeze, Unsqueeze, Reshape, Flatten, Concat, Transpose, Add, Sub, Mul, Div, "
                + "comparisons, Not, Sign, Where, functions of one element, QuantizeLinear, DequantizeLinear)"),
        };
    }

    /// <param name="dims">With <see cref="ConstantValue.Batch"/> in place of the number of images.</param>
    public static ConstantValue OfShape(NodeView node, ReadOnlySpan<long> dims)
    {
        node.AllowAttributes("start", "end");
        int Bound(string name, long otherwise, int rank)
        {
            long bound = node.Int(name, otherwise);
            return (int)Math.Clamp(bound < 0 ? bound + rank : bound, 0, rank);
        }
        int start = Bound("start", 0, dims.Length), end = Math.Max(start, Bound("end", dims.Length, dims.Length));
        return ConstantValue.OfIntegers(node.Outputs[0], [end - start], dims[start..end].ToArray());
    }

    /// <summary>Count of a shape, refused where it would cost more memory than the inputs justify.</summary>
    public static int BoundedCount(NodeView node, ReadOnlySpan<int> dims, int largestInput)
    {
        long count = 1;
        foreach (int size in dims)
        {
            count *= size;
            node.Require(count <= Math.Max(SmallCount, largestInput),
                $"its constant result [{string.Join(", ", dims.ToArray())}] is larger than its inputs; "
                    + $"that is not supported beyond {SmallCount} elements");
        }
        return (int)count;
    }

    private static ConstantValue Second(NodeView node, ConstantValue?[] inputs) =>
        inputs.ElementAtOrDefault(1) ?? throw node.Error("its second input is absent");

    private static ConstantValue OfConstantNode(NodeView node)
    {
        node.AllowAttributes(ConstantAttributes);
        string name = node.Outputs[0];
        int values = ConstantAttributes.Count(node.Has);
        node.Require(values == 1, $"it has {values} of the attributes {string.Join(", ", ConstantAttributes)}; it must have one");
        if (node.Tensor("value") is { } tensor) return ConstantValue.FromTensor(tensor, name);
        if (node.Has("value_float")) return ConstantValue.OfFloats(name, [], [node.Float("value_float", 0)]);
        if (node.Has("value_int")) return ConstantValue.OfIntegers(name, [], [node.Int("value_int", 0)]);
        if (node.Floats("value_floats") is { } floats) return ConstantValue.OfFloats(name, [floats.Length], floats);
        long[] ints = node.Ints("value_ints")!;
        return ConstantValue.OfIntegers(name, [ints.Length], ints);
    }

    private static ConstantValue Cast(NodeView node, ConstantValue x)
    {
        node.AllowAttributes("to", "saturate", "round_mode");
        node.Flag("saturate", true);
        var to = (OnnxDataType)node.Int("to", 0);
        switch (to)
        {
            case OnnxDataType.Float or OnnxDataType.Double:
                RequireNumber(node, x);
                return x.Type == to ? x : Floating(x, to) with { IsSign = x.IsSign };
            case OnnxDataType.Bool:
                return ConstantValue.OfIntegers(x.Name, x.Dims, x.Integers is not null
                    ? Array.ConvertAll(x.Integers, i => i != 0 ? 1L : 0) : Array.ConvertAll(x.ToDoubles(), d => d != 0 ? 1L : 0), to);
            case OnnxDataType.Int64 or OnnxDataType.Int32:
                if (to == OnnxDataType.Int32) RequireNumber(node, x);
                return ConstantValue.OfIntegers(x.Name, x.Dims, x.Integers is not null
                    ? Array.ConvertAll(x.Integers, i => Fitting(node, i, to)) : Array.ConvertAll(x.ToDoubles(), d => Whole(node, d, to)),
                    to);
            default:
                throw node.Error($"a constant is cast to {to}; supported are Float, Double, Bool, Int32 and Int64");
        }
    }

    /// <summary>An int64 becomes a float32 in one rounding, not by way of a double.</summary>
    private static ConstantValue Floating(ConstantValue x, OnnxDataType to) => to == OnnxDataType.Double
        ? ConstantValue.OfDoubles(x.Name, x.Dims, x.ToDoubles(), to)
        : ConstantValue.OfFloats(x.Name, x.Dims, x.Integers is not null ? Array.ConvertAll(x.Integers, i => (float)i)
            : Array.ConvertAll(x.Doubles!, d => (float)d));

    /// <summary>
    /// 2^63 is the first double beyond int64, so a comparison with -2^63 and 2^63 is exact;
    /// what lies outside has no integer that all readers agree on.
    /// </summary>
    private static long Whole(NodeView node, double number, OnnxDataType type) =>
        number is >= -9223372036854775808d and < 9223372036854775808d
            ? Fitting(node, (long)number, type)
            : throw node.Error($"{number} does not fit {type}");

    private static long Fitting(NodeView node, long number, OnnxDataType type)
    {
        var (low, high) = TensorEncoder.RangeOf(type);
        node.Require(number >= low && number <= high, $"{number} does not fit {type}");
        return number;
    }

    private static ConstantValue Not(NodeView node, ConstantValue x)
    {
        node.AllowAttributes();
        node.Require(x.Type == OnnxDataType.Bool, $"its input is of type {x.Type}; it must be Bool");
        return ConstantValue.OfIntegers(x.Name, x.Dims, Array.ConvertAll(x.Integers!, i => i == 0 ? 1L : 0), x.Type);
    }

    private static ConstantValue Signs(NodeView node, ConstantValue x)
    {
        node.AllowAttributes();
        RequireNumber(node, x);
        node.Require(x.Type != OnnxDataType.Bool, "its input is of type Bool; it must hold numbers");
        static T Sign<T>(T number) where T : INumber<T> => number > T.Zero ? T.One : number < T.Zero ? -T.One : number;
        var signs = x.Floats is not null ? ConstantValue.OfFloats(x.Name, x.Dims, Array.ConvertAll(x.Floats, Sign))
            : x.Doubles is not null ? ConstantValue.OfDoubles(x.Name, x.Dims, Array.ConvertAll(x.Doubles, Sign), x.Type)
            : ConstantValue.OfIntegers(x.Name, x.Dims, Array.ConvertAll(x.Integers!, Sign), x.Type);
        return signs with { IsSign = true };
    }

    private static ConstantValue Binary(NodeView node, ConstantValue a, ConstantValue b)
    {
        node.AllowAttributes();
        RequireNumber(node, a);
        RequireNumber(node, b);
        node.Require(a.Type == b.Type, $"it mixes {a.Type} and {b.Type}");
        int[] dims = Broadcasting.Shape(a.Dims, b.Dims)
            ?? throw node.Error($"shapes [{string.Join(", ", a.Dims)}] and [{string.Join(", ", b.Dims)}] do not broadcast");
        BoundedCount(node, dims, Math.Max(a.Count, b.Count));
        int[] fromA = Broadcasting.Indices(a.Dims, dims), fromB = Broadcasting.Indices(b.Dims, dims);
        string name = a.Count >= b.Count ? a.Name : b.Name;
        bool compares = node.Operator is "Equal" or "Greater" or "GreaterOrEqual" or "Less" or "LessOrEqual";
        node.Require(a.Type != OnnxDataType.Bool || node.Operator == "Equal", "its inputs are of type Bool; they must hold numbers");
        if (compares)
        {
            long[] Compared<T>(T[] left, T[] right) where T : INumber<T> =>
                Combine(fromA, fromB, (i, j) => Compare(node.Operator, left[i], right[j]) ? 1L : 0);
            long[] bools = a.Floats is not null ? Compared(a.Floats, b.Floats!)
                : a.Doubles is not null ? Compared(a.Doubles, b.Doubles!)
                : Compared(a.Integers!, b.Integers!);
            return ConstantValue.OfIntegers(name, dims, bools, OnnxDataType.Bool);
        }
        if (a.Integers is not null)
            return ConstantValue.OfIntegers(name, dims,
                Combine(fromA, fromB, (i, j) => Fitting(node, Integer(node, a.Integers[i], b.Integers![j]), a.Type)), a.Type);
        T[] Calculated<T>(T[] left, T[] right) where T : INumber<T> =>
            Combine(fromA, fromB, (i, j) => Calculate(node.Operator, left[i], right[j]));
        var result = a.Floats is not null ? ConstantValue.OfFloats(name, dims, Calculated(a.Floats, b.Floats!))
            : Unrounded(node, name, dims, Calculated(a.Doubles!, b.Doubles!), a.Type);
        return result with { IsSign = (a.IsSign || b.IsSign) && node.Operator is "Mul" or "Div" };
    }

    /// <summary>16 bits are refused where they round: ONNX rounds each result, and OnnxRuntime only the last of several.</summary>
    private static ConstantValue Unrounded(NodeView node, string name, int[] dims, double[] exact, OnnxDataType type)
    {
        var result = ConstantValue.OfDoubles(name, dims, exact, type);
        int same = exact.AsSpan().CommonPrefixLength(result.Doubles);
        node.Require(same == exact.Length,
            $"its constant result {exact.ElementAtOrDefault(same)} is rounded to {type}, "
            + $"which not all readers of ONNX do; compute it in Float");
        return result;
    }

    private static T[] Combine<T>(int[] fromA, int[] fromB, Func<int, int, T> combine)
    {
        var result = new T[fromA.Length];
        for (int i = 0; i < result.Length; i++) result[i] = combine(fromA[i], fromB[i]);
        return result;
    }

    private static T Calculate<T>(string name, T a, T b) where T
        : INumber<T> => name switch { "Add" => a + b, "Sub" => a - b, "Mul" => a * b, _ => a / b };

    private static long Integer(NodeView node, long a, long b) => node.Operator switch
    {
        "Add" => checked(a + b),
        "Sub" => checked(a - b),
        "Mul" => checked(a * b),
        _ => b is 0 or -1 ? throw node.Error($"integer division {a} / {b}") : a / b,
    };

    private static bool Compare<T>(string name, T a, T b) where T : INumber<T> => name switch
    {
        "Equal" => a == b,
        "Greater" => a > b,
        "GreaterOrEqual" => a >= b,
        "Less" => a < b,
        _ => a <= b,
    };

    private static ConstantValue Where(NodeView node, ConstantValue condition, ConstantValue then, ConstantValue otherwise)
    {
        node.AllowAttributes();
        RequireNumber(node, condition);
        node.Require(condition.Type == OnnxDataType.Bool && then.Type == otherwise.Type,
            "its inputs must be a bool and two tensors of one type");
        int[] dims = Broadcasting.Shape(then.Dims, otherwise.Dims) is int[] both && Broadcasting.Shape(both, condition.Dims) is int[] all
            ? all : throw node.Error("its shapes do not broadcast");
        BoundedCount(node, dims, Math.Max(condition.Count, Math.Max(then.Count, otherwise.Count)));
        int[] choose = Broadcasting.Indices(condition.Dims, dims);
        int[] fromThen = Broadcasting.Indices(then.Dims, dims), fromOther = Broadcasting.Indices(otherwise.Dims, dims);
        string name = then.Count > condition.Count ? then.Name : otherwise.Count > condition.Count ? otherwise.Name : condition.Name;
        T[] Choose<T>(T[] yes, T[] no)
        {
            var result = new T[choose.Length];
            for (int i = 0; i < result.Length; i++) result[i] = condition.Integers![choose[i]] != 0 ? yes[fromThen[i]] : no[fromOther[i]];
            return result;
        }
        if (then.Doubles is not null) return ConstantValue.OfDoubles(name, dims, Choose(then.Doubles, otherwise.Doubles!),
            then.Type) with { IsSign = true };
        return then.Floats is not null
            ? ConstantValue.OfFloats(name, dims, Choose(then.Floats, otherwise.Floats!)) with { IsSign = true }
            : ConstantValue.OfIntegers(name, dims, Choose(then.Integers!, otherwise.Integers!), then.Type);
    }

    private static void RequireNumber(NodeView node, ConstantValue x) =>
        node.Require(!x.HasBatch, "it computes with the number of images in a batch; "
            + "axis 0 is left out of every tensor, only Gather, Concat, Squeeze, Unsqueeze and Reshape may carry it");
}
