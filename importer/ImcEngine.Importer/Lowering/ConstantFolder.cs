using ImcEngine.Importer.Lowering.QuantizedFormats;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>Computes nodes whose inputs are all constants, as ONNX does:
/// floating types each in its own arithmetic, integers in int64.</summary>
internal static class ConstantFolder
{
    /// <summary>No result exceeds the larger of this number of elements and its largest input:
    /// a small file must not make large constants.</summary>
    private const int SmallCount = 65536;

    /// <returns>One for each result that the operator has.</returns>
    /// <exception cref="ModelException">The operator has no rule for constants,
    /// or its result has too many axes or an element that is not finite.</exception>
    public static ConstantValue[] Fold(NodeView node, ConstantValue?[] inputs)
    {
        try
        {
            ConstantValue[] results = node.Operator switch
            {
                "Split" => ConstantParts.Split(node, Input(node, inputs, 0), inputs.ElementAtOrDefault(1)),
                "TopK" => TopKReader.Fold(node, Input(node, inputs, 0), inputs.ElementAtOrDefault(1)),
                _ => [Compute(node, inputs)],
            };
            foreach (var result in results) RequireSound(node, inputs, result);
            return results;
        }
        catch (OverflowException exception)
        {
            throw node.Error($"its constants are too large: {exception.Message}", exception);
        }
    }

    private static void RequireSound(NodeView node, ConstantValue?[] inputs, ConstantValue result)
    {
        node.Require(result.Dims.Length <= ModelLimits.MostAxes,
            $"its result has {result.Dims.Length} axes; at most {ModelLimits.MostAxes} are supported");
        node.Require(!result.HasBatch || inputs.Any(input => input is { HasBatch: true }),
            $"its constant result holds {ConstantValue.Batch}; integers above it are supported");
        if (result.NotFinite is { } found) throw node.Error($"its constant result holds {found}; only finite numbers are supported");
    }

    private static ConstantValue Compute(NodeView node, ConstantValue?[] inputs)
    {
        if (node.Operator == "Constant") return ConstantSources.Constant(node);
        ConstantValue? Perhaps(int input) => inputs.ElementAtOrDefault(input);
        ConstantValue At(int input) => Input(node, inputs, input);
        var first = At(0);
        return node.Operator switch
        {
            "Identity" => Same(node, first),
            "Cast" => Cast(node, first),
            "Shape" => ConstantSources.Shape(node, [.. first.Dims.Select(size => (long)size)]),
            "ConstantOfShape" => ConstantSources.Filled(node, first),
            "Range" => ConstantSources.Range(node, first, At(1), At(2)),
            "Gather" => ConstantShapes.Gather(node, first, At(1)),
            "Squeeze" or "Unsqueeze" or "Reshape" or "Flatten" => ConstantShapes.Reshaped(node, first, Perhaps(1)),
            "Transpose" => ConstantShapes.Transpose(node, first),
            "Concat" => ConstantParts.Concat(node, [.. inputs.Select((_, input) => At(input))]),
            "Slice" => ConstantParts.Slice(node, first, At(1), At(2), Perhaps(3), Perhaps(4)),
            "Expand" => ConstantParts.Expand(node, first, At(1)),
            "Tile" => ConstantParts.Tile(node, first, At(1)),
            "Pad" => ConstantParts.Pad(node, first, At(1), Perhaps(2), Perhaps(3)),
            "Add" or "Sub" or "Mul" or "Div" => ConstantArithmetic.Binary(node, first, At(1)),
            "Equal" or "Greater" or "GreaterOrEqual" or "Less" or "LessOrEqual" => ConstantArithmetic.Compare(node, first, At(1)),
            "Pow" => ConstantPowers.Pow(node, first, At(1)),
            "Max" or "Min" or "Sum" => ConstantArithmetic.OfMany(node, [.. inputs.Select((_, input) => At(input))]),
            "Abs" or "Ceil" or "Exp" or "Floor" or "Neg" or "Reciprocal" or "Relu" or "Sign" or "Sqrt" =>
                ConstantArithmetic.Unary(node, first),
            "Clip" => ConstantArithmetic.Clip(node, first, Perhaps(1), Perhaps(2)),
            "Not" => Not(node, first),
            "Where" => Where(node, first, At(1), At(2)),
            "Einsum" => ConstantProducts.Einsum(node, [.. inputs.Select((_, input) => At(input))]),
            "MatMul" => ConstantProducts.MatMul(node, first, At(1)),
            "ReduceMax" or "ReduceMean" or "ReduceMin" or "ReduceProd" or "ReduceSum" =>
                ConstantReductions.Reduce(node, first, Perhaps(1)),
            "QuantizeLinear" => ConstantQuantization.Quantize(node, first, At(1), Perhaps(2)),
            "DequantizeLinear" => ConstantQuantization.Dequantize(node, first, At(1), Perhaps(2)),
            "BipolarQuant" or "IntQuant" or "Quant" => QonnxReaders.Fold(node, first, inputs),
            _ when FunctionReaders.Prototype(node) is { } function => FunctionReaders.Fold(node, first, function),
            _ => throw node.Error("all its inputs are constants, and it is not among the operators that are computed at import "
                + "(Identity, Cast, CastLike, Shape, ConstantOfShape, Range, Gather, Squeeze, Unsqueeze, Reshape, Flatten, Transpose, "
                + "Concat, Slice, Split, TopK, Expand, Tile, Pad, MatMul, Einsum, Add, Sub, Mul, Div, Pow, Max, Min, Sum, comparisons, "
                + "Abs, Ceil, Clip, Exp, Floor, Neg, Not, Reciprocal, Relu, Sign, Sqrt, Where, ReduceMax, ReduceMean, ReduceMin, "
                + "ReduceProd, ReduceSum, "
                + "functions of one element, QuantizeLinear, DequantizeLinear)"),
        };
    }

    private static ConstantValue Input(NodeView node, ConstantValue?[] inputs, int input) =>
        inputs.ElementAtOrDefault(input) ?? throw node.Error($"its input {input} is absent");

    private static ConstantValue Same(NodeView node, ConstantValue x)
    {
        node.AllowAttributes();
        return x;
    }

    /// <summary>Returns the count of a shape; refuses one that costs more memory than the inputs justify.</summary>
    public static int BoundedCount(NodeView node, ReadOnlySpan<int> dims, int largestInput)
    {
        long count = 1, cost = 1;
        foreach (int size in dims)
        {
            count *= size;
            cost *= Math.Max(1, size);
            node.Require(cost <= Math.Max(SmallCount, largestInput),
                $"its constant result [{string.Join(", ", dims.ToArray())}] is larger than its inputs; "
                    + $"that is not supported beyond {SmallCount} elements");
        }
        return (int)count;
    }

    private static ConstantValue Cast(NodeView node, ConstantValue x)
    {
        node.AllowAttributes("to", "saturate", "round_mode");
        node.Flag("saturate", true);
        var to = (OnnxDataType)node.Int("to", 0);
        switch (to)
        {
            case OnnxDataType.Float or OnnxDataType.Double or OnnxDataType.Float16 or OnnxDataType.BFloat16:
                RequireNumber(node, x);
                return x.Type == to ? x : Floating(x, to) with { IsSign = x.IsSign };
            case OnnxDataType.Bool:
                return ConstantValue.OfIntegers(x.Name, x.Dims, x.Integers is not null
                    ? Array.ConvertAll(x.Integers, i => i != 0 ? 1L : 0) : Array.ConvertAll(x.ToDoubles(), d => d != 0 ? 1L : 0), to);
            case OnnxDataType.Int64 or OnnxDataType.Int32:
                return ConstantValue.OfIntegers(x.Name, x.Dims, x.Integers is not null
                    ? Array.ConvertAll(x.Integers, i => i == ConstantValue.Batch ? i : Fitting(node, i, to))
                    : Array.ConvertAll(x.ToDoubles(), d => Whole(node, d, to)),
                    to);
            default:
                throw node.Error($"a constant is cast to {to}; supported are Float, Double, Float16, BFloat16, Bool, "
                    + "Int32 and Int64");
        }
    }

    /// <summary>An int64 becomes a float32 in one rounding, not by way of a double.</summary>
    private static ConstantValue Floating(ConstantValue x, OnnxDataType to) => to != OnnxDataType.Float
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

    public static long Fitting(NodeView node, long number, OnnxDataType type)
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

    public static void RequireNumber(NodeView node, ConstantValue x) =>
        node.Require(!x.HasBatch, "it computes with the number of images in a batch; "
            + "axis 0 is left out of every tensor, only Cast to an integer, Gather, Slice, Concat, Squeeze, "
            + "Unsqueeze and Reshape may carry it");
}
