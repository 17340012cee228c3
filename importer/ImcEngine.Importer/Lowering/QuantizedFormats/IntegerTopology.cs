using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering.QuantizedFormats;

/// <summary>Operators of codes as the same operators of reals, for the float32 topology of a quantized model.</summary>
internal static class IntegerTopology
{
    /// <param name="nodes">Without QuantizeLinear and DequantizeLinear.</param>
    /// <param name="initializers">Receives the weights and biases that the codes stand for.</param>
    public static IEnumerable<OnnxNode> AsReals(GraphIndex index, IEnumerable<OnnxNode> nodes, List<OnnxTensor> initializers)
    {
        foreach (var node in nodes)
        {
            var operands = new Operands(index, new(node, index.Opset), initializers);
            if (node.Operator == "DynamicQuantizeLinear") operands.AddScaleOfOne();
            var (real, inputs) = Reals(operands);
            yield return real is null ? node : new()
            {
                Operator = real, Name = node.Name, Outputs = [node.Outputs[0]], Inputs = [.. inputs],
                Attributes = [.. node.Attributes.Where(attribute => attribute.Name != "channels_last")],
            };
        }
    }

    private static (string? Operator, string[] Inputs) Reals(Operands of) => of.Node.Operator switch
    {
        "DynamicQuantizeLinear" => ("Identity", [of.Input(0)]),
        "ConvInteger" => ("Conv", [of.Input(0), of.Integers(1, 3, 0)]),
        "MatMulInteger" => ("MatMul", [of.Input(0), of.Integers(1, 3, -1)]),
        "QLinearConv" => ("Conv", [of.Input(0), of.Weights(3, 4, 5, 0), .. of.Bias(8, 1, 4)]),
        "QLinearMatMul" => ("MatMul", [of.Input(0), of.Weights(3, 4, 5, -1)]),
        "QGemm" => ("Gemm", [of.Input(0), of.Weights(3, 4, 5, of.Node.Flag("transB", false) ? 0 : -1), .. of.Bias(6, 1, 4)]),
        "QLinearAdd" => ("Add", [of.Weights(0, 1, 2, 0), of.Weights(3, 4, 5, 0)]),
        "QLinearMul" => ("Mul", [of.Weights(0, 1, 2, 0), of.Weights(3, 4, 5, 0)]),
        "QLinearLeakyRelu" => ("LeakyRelu", [of.Input(0)]),
        "QLinearSigmoid" => ("Sigmoid", [of.Input(0)]),
        "QLinearAveragePool" => ("AveragePool", [of.Input(0)]),
        "QLinearGlobalAveragePool" => ("GlobalAveragePool", [of.Input(0)]),
        "QLinearConcat" => ("Concat", [.. Enumerable.Range(0, (of.Node.Inputs.Count - 2) / 3)
            .Select(part => of.Weights((3 * part) + 2, (3 * part) + 3, (3 * part) + 4, 0))]),
        _ => (null, []),
    };

    /// <summary>The inputs of one node as reals.</summary>
    private sealed record Operands(GraphIndex Index, NodeView Node, List<OnnxTensor> Initializers)
    {
        public string Input(int input) => Node.Inputs[input];

        /// <summary>The reals that constant codes stand for, or the tensor itself where it depends on the image.</summary>
        public string Weights(int codes, int scale, int zero, int axis)
        {
            if (Constant(codes) is not { } constant) return Node.Inputs[codes];
            var reals = ConstantQuantization.Dequantized(Node, constant, Constant(scale) ?? throw Node.Error("its scale is not constant"),
                Constant(zero), axis < 0 ? constant.Dims.Length - 1 : axis);
            return Added($"{Node.Outputs[0]}:real{codes}", reals.Dims, reals.Floats!);
        }

        /// <summary>The integers w - zw of constant weights, whose scale stands behind the layer.</summary>
        public string Integers(int codes, int zero, int axis)
        {
            var constant = Constant(codes) ?? throw Node.Error("its weights are not constant");
            int count = Constant(zero)?.Count ?? 1;
            var reals = ConstantQuantization.Dequantized(Node, constant, ConstantValue.OfFloats("1", [count],
                [.. Enumerable.Repeat(1f, count)]), Constant(zero), axis < 0 ? constant.Dims.Length - 1 : axis);
            return Added($"{Node.Outputs[0]}:real{codes}", reals.Dims, reals.Floats!);
        }

        /// <summary>Replaces the scale that a dynamic quantizer makes by the constant 1, since reals pass through it unchanged.</summary>
        public void AddScaleOfOne() => Added(Node.Outputs[1], [], [1]);

        public string[] Bias(int bias, int inputScale, int weightScale)
        {
            if (Constant(bias) is not { Integers: { } integers }) return [];
            float[] input = Constant(inputScale)!.Floats!, weights = Constant(weightScale)!.Floats!;
            return [Added($"{Node.Outputs[0]}:bias", [integers.Length],
                [.. integers.Select((integer, i) => integer * input[0] * weights[weights.Length == 1 ? 0 : i])])];
        }

        private ConstantValue? Constant(int input) =>
            Node.HasInput(input) && Index.Initializers.TryGetValue(Node.Inputs[input], out var tensor)
                ? ConstantValue.FromTensor(tensor, Node.Inputs[input]) : null;

        private string Added(string name, int[] dims, float[] floats)
        {
            Initializers.Add(TensorEncoder.Floats(name, Array.ConvertAll(dims, size => (long)size), floats));
            return name;
        }
    }
}
