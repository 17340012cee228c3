using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using Microsoft.ML.OnnxRuntime;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>What depends on constants only is computed at import: element for element what OnnxRuntime computes, in every opset.</summary>
public class ConstantFoldingTests
{
    private const int Seeds = 150;

    private static readonly OnnxDataType[] Numbers =
        [OnnxDataType.Float, OnnxDataType.Float, OnnxDataType.Double, OnnxDataType.Int32, OnnxDataType.Int64];

    private static readonly OnnxDataType[] Floating = [OnnxDataType.Float, OnnxDataType.Double];

    /// <summary>The tensor <c>made</c>, in every opset from the first on.</summary>
    private sealed record Rule(int First, Action<Draw> Make);

    private static readonly Dictionary<string, Rule> Rules = new()
    {
        ["Abs"] = new(7, draw => draw.Unary("Abs", Numbers)),
        ["Ceil"] = new(7, draw => draw.Unary("Ceil", Floating)),
        ["Exp"] = new(7, draw => draw.Unary("Exp", Floating)),
        ["Floor"] = new(7, draw => draw.Unary("Floor", Floating)),
        ["Neg"] = new(7, draw => draw.Unary("Neg", Numbers)),
        ["Reciprocal"] = new(7, draw => draw.Unary("Reciprocal", Floating)),
        ["Relu"] = new(7, draw => draw.Unary("Relu", draw.Opset < 14 ? Floating : [.. Floating, OnnxDataType.Int32])),
        ["Sign"] = new(9, draw => draw.Unary("Sign", Numbers)),
        ["Sqrt"] = new(7, draw => draw.Made("Sqrt", [draw.Constant(OneOf(draw, Floating), draw.Shape(), positive: true)])),
        ["Pow"] = new(7, Pow),
        ["Max"] = new(7, draw => OfMany(draw, "Max", draw.Opset < 12 ? Floating : Numbers)),
        ["Min"] = new(7, draw => OfMany(draw, "Min", draw.Opset < 12 ? Floating : Numbers)),
        ["Sum"] = new(7, draw => OfMany(draw, "Sum", Floating)),
        ["Clip"] = new(7, Clip),
        ["ReduceMax"] = new(7, draw => Reduce(draw, "ReduceMax", Numbers, 18)),
        ["ReduceMean"] = new(7, draw => Reduce(draw, "ReduceMean", Floating, 18)),
        ["ReduceMin"] = new(7, draw => Reduce(draw, "ReduceMin", Numbers, 18)),
        ["ReduceProd"] = new(7, draw => Reduce(draw, "ReduceProd", [OnnxDataType.Float, OnnxDataType.Int32, OnnxDataType.Int64], 18)),
        ["ReduceSum"] = new(7, draw => Reduce(draw, "ReduceSum", Numbers, 13)),
        ["Slice"] = new(7, Slice),
        ["Split"] = new(7, Split),
        ["Concat"] = new(7, Concat),
        ["Expand"] = new(8, Expand),
        ["Tile"] = new(7, draw =>
        {
            long[] shape = draw.Shape();
            draw.Made("Tile", [draw.Constant(OneOf(draw, Numbers), shape), draw.Longs([.. shape.Select(_ => (long)draw.Next(1, 4))])]);
        }),
        ["Pad"] = new(7, Pad),
        ["Range"] = new(11, Range),
        ["MatMul"] = new(9, MatMul),
        ["TopK"] = new(7, TopK),
        ["Einsum"] = new(12, Einsum),
        ["ConstantOfShape"] = new(9, draw => draw.Made("ConstantOfShape", [draw.Longs(draw.Shape())], draw.Next(3) == 0 ? []
            : [Attribute("value", draw.Tensor("", OneOf(draw, Numbers), [1], false))])),
        ["CastLike"] = new(15, draw => draw.Made("CastLike",
            [draw.Constant(OneOf(draw, Numbers), draw.Shape()), draw.Constant(OneOf(draw, Numbers), [])])),
    };

    public static TheoryData<string> Names => new(Rules.Keys);

    /// <summary>Seeds 1 to 150, the opset drawn too. OnnxRuntime has no kernel for some types that ONNX allows.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Constants_are_computed_as_OnnxRuntime_computes_them(string name)
    {
        int compared = 0;
        for (int seed = 1; seed <= Seeds; seed++)
            if (IsAsOnnxRuntimes(Model(Rules[name], seed), $"{name}, seed {seed}")) compared++;
        Assert.True(compared > Seeds / 2, $"{compared} constants were compared.");
    }

    private static OnnxModel Model(Rule rule, int seed)
    {
        var random = new Random(seed);
        int opset = random.Next(rule.First, GraphIndex.MostOpset + 1);
        return Of(b =>
        {
            rule.Make(new(b, random, opset));
            b.Node("Cast", ["made"], "float", Attribute("to", (long)OnnxDataType.Float));
            b.Node("Add", ["x", b.Node("ReduceMean", ["float"], "mean", Attribute("keepdims", 0))], "y");
        }, opset, [-1, 1]);
    }

    private static bool IsAsOnnxRuntimes(OnnxModel model, string what)
    {
        var made = new GraphReader(new(model)).ConstantNamed("made")!;
        model.Graph!.Outputs.Add(new() { Name = "made", Type = new() { Tensor = new() { ElementType = (int)made.Type } } });
        InferenceSession session;
        try
        {
            session = new(OnnxFile.ToBytes(model), new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL });
        }
        catch (OnnxRuntimeException refused) when (refused.Message.Contains("NOT_IMPLEMENTED", StringComparison.OrdinalIgnoreCase)
            || refused.Message.Contains("NotImplemented", StringComparison.Ordinal))
        {
            return false;
        }
        using (session)
        {
            using var input = OrtValue.CreateTensorValueFromMemory(new float[1], [1, 1]);
            using var options = new RunOptions();
            using var results = session.Run(options, ["x"], [input], ["made"]);
            Assert.Equal(results[0].GetTensorTypeAndShape().Shape, Array.ConvertAll(made.Dims, size => (long)size));
            double[] expected = Doubles(results[0], made.Type), actual = made.ToDoubles();
            double tolerance = made.Type == OnnxDataType.Double ? 1e-12 : 2e-6;
            for (int i = 0; i < actual.Length; i++)
                Assert.True(Math.Abs(actual[i] - expected[i]) <= tolerance * Math.Abs(expected[i]),
                    $"{what}, element {i}: {actual[i]:R}, OnnxRuntime {expected[i]:R}");
        }
        return true;
    }

    private static double[] Doubles(OrtValue result, OnnxDataType type) => type switch
    {
        OnnxDataType.Float => [.. result.GetTensorDataAsSpan<float>().ToArray().Select(x => (double)x)],
        OnnxDataType.Double => result.GetTensorDataAsSpan<double>().ToArray(),
        OnnxDataType.Int32 => [.. result.GetTensorDataAsSpan<int>().ToArray().Select(x => (double)x)],
        OnnxDataType.Int64 => [.. result.GetTensorDataAsSpan<long>().ToArray().Select(x => (double)x)],
        _ => throw new ArgumentException($"{type}"),
    };

    private static T OneOf<T>(Draw draw, params ReadOnlySpan<T> choices) => choices[draw.Next(0, choices.Length)];

    private static void Pow(Draw draw)
    {
        var type = draw.Opset < 12 ? OneOf(draw, Floating) : OneOf(draw, OnnxDataType.Float, OnnxDataType.Double, OnnxDataType.Int32);
        bool isInteger = type == OnnxDataType.Int32;
        double[] exponents = isInteger ? [0, 1, 2, 3] : [0, 1, 2, 3, -1, -2, 0.5, -0.5, 1.5, 7];
        var other = draw.Opset < 12 || draw.Next(2) == 0 ? type : OnnxDataType.Float;
        string exponent = draw.Add(other == OnnxDataType.Int32
            ? TensorEncoder.Integers("e", [], [(long)OneOf<double>(draw, exponents)], other)
            : TensorEncoder.Doubles("e", [], [OneOf<double>(draw, exponents)], other));
        draw.Made("Pow", [draw.Constant(type, draw.Shape(), positive: true), exponent]);
    }

    private static void MatMul(Draw draw)
    {
        var type = OneOf(draw, Numbers);
        long k = draw.Next(1, 6);
        long[] front = [draw.Next(1, 4), draw.Next(1, 4)];
        long[] Front() => [.. front[draw.Next(3)..].Select(size => draw.Next(3) == 0 ? 1 : size)];
        long[] left = draw.Next(4) == 0 ? [k] : [.. Front(), draw.Next(1, 6), k];
        long[] right = draw.Next(4) == 0 ? [k] : [.. Front(), k, draw.Next(1, 6)];
        draw.Made("MatMul", [draw.Constant(type, left), draw.Constant(type, right)]);
    }

    private static void TopK(Draw draw)
    {
        long[] shape = draw.Shape(leastAxes: 1);
        int axis = draw.Next(0, shape.Length);
        long k = draw.Next(1, (int)shape[axis] + 1);
        string constant = draw.Constant(OneOf(draw, draw.Opset < 11 ? Floating : Numbers), shape);
        List<OnnxAttribute> attributes = [Attribute("axis", (long)axis)];
        if (draw.Opset < 10) attributes.Add(Attribute("k", k));
        if (draw.Opset >= 11 && draw.Next(2) == 0) attributes.Add(Attribute("largest", 0L));
        draw.Made("TopK", draw.Opset < 10 ? [constant] : [constant, draw.Longs([k])], [.. attributes])
            .Insert(draw.Next(2), "other");
    }

    /// <summary>Letters of one to three operands, each of which may be in the result.</summary>
    private static void Einsum(Draw draw)
    {
        var type = OneOf(draw, OnnxDataType.Float, OnnxDataType.Double);
        long[] sizes = [.. Enumerable.Range(0, 5).Select(_ => (long)draw.Next(1, 4))];
        string Letters(string of) => string.Concat(of.Where(_ => draw.Next(2) == 0).OrderBy(_ => draw.Next(100)));
        string[] operands = [.. Enumerable.Range(0, draw.Next(1, 4)).Select(_ => Letters("abcde"))];
        string result = Letters(string.Concat(operands.SelectMany(letters => letters).Distinct()));
        draw.Made("Einsum", [.. operands.Select(letters => draw.Constant(type, [.. letters.Select(letter => sizes[letter - 'a'])]))],
            Attribute("equation", $"{string.Join(',', operands)}->{result}"));
    }

    private static void OfMany(Draw draw, string @operator, OnnxDataType[] types)
    {
        long[] shape = draw.Shape();
        var type = OneOf<OnnxDataType>(draw, types);
        draw.Made(@operator, [.. Enumerable.Range(0, draw.Next(1, 4)).Select(_ => draw.Constant(type,
            draw.Opset < 8 ? shape : [.. shape[draw.Next(0, shape.Length + 1)..].Select(size => draw.Next(3) == 0 ? 1 : size)]))]);
    }

    private static void Clip(Draw draw)
    {
        var type = draw.Opset < 12 ? OnnxDataType.Float : OneOf(draw, Numbers);
        string x = draw.Constant(type, draw.Shape());
        if (draw.Opset < 11)
        {
            draw.Made("Clip", [x],
                [Attribute("min", -1.5f), .. draw.Next(2) == 0 ? [Attribute("max", 1.25f)] : Array.Empty<OnnxAttribute>()]);
            return;
        }
        string Bound(string name, int number) =>
            draw.Add(TensorData.IsFloating(type) ? TensorEncoder.Doubles(name, [], [number], type)
                : TensorEncoder.Integers(name, [], [number], type));
        draw.Made("Clip", [x, draw.Next(3) == 0 ? "" : Bound("low", -1), draw.Next(3) == 0 ? "" : Bound("high", 1)]);
    }

    private static void Reduce(Draw draw, string @operator, OnnxDataType[] types, int axesAreInputSince)
    {
        long[] shape = draw.Shape();
        // Products of few numbers leave neither integers nor floats.
        if (@operator == "ReduceProd") shape = [.. shape.Take(2).Select(size => Math.Min(size, 2))];
        long[] axes = [.. Enumerable.Range(0, shape.Length).Where(_ => draw.Next(2) == 0)
            .Select(axis => (long)(draw.Opset >= 11 && draw.Next(2) == 0 ? axis - shape.Length : axis))];
        string x = draw.Constant(OneOf<OnnxDataType>(draw, types), shape);
        List<OnnxAttribute> attributes = draw.Next(2) == 0 ? [] : [Attribute("keepdims", draw.Next(2))];
        bool areInput = draw.Opset >= axesAreInputSince;
        if (!areInput && axes.Length > 0) attributes.Add(Attribute("axes", axes));
        if (areInput && draw.Next(3) == 0) attributes.Add(Attribute("noop_with_empty_axes", draw.Next(2)));
        draw.Made(@operator, areInput && axes.Length > 0 ? [x, draw.Longs(axes)] : [x], [.. attributes]);
    }

    private static void Slice(Draw draw)
    {
        long[] shape = draw.Shape(leastAxes: 1);
        int count = draw.Next(1, shape.Length + 1);
        bool stepped = draw.Opset >= 10 && draw.Next(2) == 0;
        int[] axes = [.. Enumerable.Range(0, shape.Length).OrderBy(_ => draw.Next(100)).Take(count)];
        var starts = new long[count];
        var ends = new long[count];
        var steps = new long[count];
        for (int i = 0; i < count; i++)
        {
            long size = shape[axes[i]], from = draw.Next((int)size), to = draw.Next((int)size);
            bool backwards = stepped && draw.Next(2) == 0;
            (starts[i], ends[i]) = backwards ? (Math.Max(from, to), Math.Min(from, to) - 1) : (Math.Min(from, to), Math.Max(from, to) + 1);
            steps[i] = stepped ? draw.Next(1, 3) * (backwards ? -1 : 1) : 1;
            if (backwards && ends[i] < 0) ends[i] = -size - 1;
            else if (draw.Next(3) == 0) ends[i] = backwards ? ends[i] - size : ends[i] == size ? int.MaxValue : ends[i] - size;
            if (draw.Next(3) == 0) starts[i] -= size;
        }
        long[] named = [.. axes.Select(axis => (long)axis)];
        string x = draw.Constant(OneOf(draw, Numbers), shape);
        if (draw.Opset < 10)
            draw.Made("Slice", [x], [Attribute("starts", starts), Attribute("ends", ends), Attribute("axes", named)]);
        else
        {
            var type = OneOf(draw, OnnxDataType.Int32, OnnxDataType.Int64);
            string Vector(string name, long[] numbers) => draw.Add(TensorEncoder.Integers(name, [count], numbers, type));
            string[] inputs = [x, Vector("starts", starts), Vector("ends", ends), Vector("axes", named)];
            draw.Made("Slice", stepped ? [.. inputs, Vector("steps", steps)] : inputs);
        }
    }

    private static void Split(Draw draw)
    {
        int parts = draw.Next(1, 4), axis;
        long[] shape = draw.Shape(leastAxes: 1);
        axis = draw.Next(shape.Length);
        long[] sizes = [.. Enumerable.Range(0, parts).Select(_ => (long)draw.Next(1, 4))];
        bool equal = draw.Next(2) == 0;
        shape[axis] = equal ? parts * sizes[0] : sizes.Sum();
        if (equal && draw.Opset >= 18 && shape[axis] > 4 && parts == 2) shape[axis]--;
        string x = draw.Constant(OneOf(draw, Numbers), shape);
        List<OnnxAttribute> attributes = [Attribute("axis", (long)axis)];
        if (equal && draw.Opset >= 18) attributes.Add(Attribute("num_outputs", parts));
        if (!equal && draw.Opset < 13) attributes.Add(Attribute("split", sizes));
        var outputs = draw.Made("Split", !equal && draw.Opset >= 13 ? [x, draw.Longs(sizes)] : [x], [.. attributes]);
        outputs.Clear();
        int made = draw.Next(parts);
        outputs.AddRange(Enumerable.Range(0, parts).Select(part => part == made ? "made" : $"part{part}"));
    }

    private static void Concat(Draw draw)
    {
        long[] shape = draw.Shape(leastAxes: 1);
        int axis = draw.Next(shape.Length);
        var type = OneOf(draw, Numbers);
        draw.Made("Concat", [.. Enumerable.Range(0, draw.Next(1, 4)).Select(_ =>
        {
            long[] part = [.. shape];
            part[axis] = draw.Next(1, 4);
            return draw.Constant(type, part);
        })], [Attribute("axis", draw.Opset >= 11 && draw.Next(2) == 0 ? axis - shape.Length : (long)axis)]);
    }

    private static void Expand(Draw draw)
    {
        long[] shape = draw.Shape();
        long[] dims = [.. shape[draw.Next(0, shape.Length + 1)..].Select(size => draw.Next(2) == 0 ? 1 : size)];
        draw.Made("Expand", [draw.Constant(OneOf(draw, Numbers), dims),
            draw.Longs([.. shape.Select(size => draw.Next(5) == 0 && dims.Length == 0 ? 1 : size)])]);
    }

    private static void Pad(Draw draw)
    {
        var type = draw.Opset < 11 ? OnnxDataType.Float : OneOf(draw, Numbers);
        long[] shape = draw.Shape(leastAxes: 1);
        long[] pads = [.. shape.Concat(shape).Select(size => (long)draw.Next(size > 2 ? -1 : 0, 3))];
        string x = draw.Constant(type, shape);
        if (draw.Opset < 11)
        {
            draw.Made("Pad", [x], draw.Next(2) == 0 ? [Attribute("pads", pads)] : [Attribute("pads", pads), Attribute("value", 0.5f)]);
            return;
        }
        string[] inputs = [x, draw.Longs(pads)];
        draw.Made("Pad", draw.Next(2) == 0 ? inputs : [.. inputs, draw.Constant(type, [])]);
    }

    private static void Range(Draw draw)
    {
        var type = OneOf(draw, Numbers);
        double from = draw.Next(-5, 6), step = draw.Next(1, 4) * (draw.Next(2) == 0 ? 1 : -1), to = from + (step * draw.Next(1, 6));
        if (TensorData.IsFloating(type)) (step, to) = (step / 4, to - (step / 8));
        draw.Made("Range", [.. new[] { from, to, step }.Select((bound, i) => draw.Add(TensorData.IsFloating(type)
            ? TensorEncoder.Doubles($"bound{i}", [], [bound], type) : TensorEncoder.Integers($"bound{i}", [], [(long)bound], type)))]);
    }

    /// <summary>Constants of one model, and the node that makes <c>made</c> of them.</summary>
    private sealed class Draw(OnnxBuilder builder, Random random, int opset)
    {
        private int _named;

        public int Opset => opset;

        public int Next(int most) => random.Next(most);

        public int Next(int least, int most) => random.Next(least, most);

        /// <summary>At most 4 axes of 1 to 5.</summary>
        public long[] Shape(int leastAxes = 0) =>
            [.. Enumerable.Range(0, random.Next(leastAxes, 5)).Select(_ => (long)random.Next(1, 6))];

        public string Longs(long[] numbers) => builder.Longs($"k{_named++}", numbers);

        public string Add(OnnxTensor tensor) => builder.Initializer(tensor);

        public string Constant(OnnxDataType type, long[] dims, bool positive = false) =>
            Add(Tensor($"k{_named++}", type, dims, positive));

        /// <summary>Multiples of 1/8 without 0, from -2 to 2; integers from -4 to 4.</summary>
        public OnnxTensor Tensor(string name, OnnxDataType type, long[] dims, bool positive)
        {
            int count = (int)dims.Aggregate(1L, (product, size) => product * size);
            int[] numbers = [.. Enumerable.Range(0, count).Select(_ => random.Next(1, 17) * (positive || random.Next(2) == 0 ? 1 : -1))];
            return TensorData.IsFloating(type) ? TensorEncoder.Doubles(name, dims, Array.ConvertAll(numbers, number => number / 8.0), type)
                : TensorEncoder.Integers(name, dims, Array.ConvertAll(numbers, number => (long)(number / 4)), type);
        }

        public void Unary(string @operator, OnnxDataType[] types) => Made(@operator, [Constant(types[random.Next(types.Length)], Shape())]);

        /// <summary>The node's results.</summary>
        public List<string> Made(string @operator, string[] inputs, params OnnxAttribute[] attributes)
        {
            builder.Node(@operator, inputs, "made", attributes);
            return builder.Build().Graph!.Nodes[^1].Outputs;
        }
    }
}
