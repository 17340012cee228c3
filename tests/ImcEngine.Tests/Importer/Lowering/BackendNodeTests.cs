using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ProtoBuf;
using Xunit.Abstractions;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>
/// The ONNX project's tests of single operators, inputs and outputs as published, where they are there. The first float input is the image,
/// its axis 0 the batch; all other inputs become constants. Where an operator has no axes of its own, the input is one image as a whole.
/// What the importer refuses is listed with its reason.
/// </summary>
public class BackendNodeTests(ITestOutputHelper output)
{
    private const string Folder = "onnx-node";

    /// <summary>Of these at least one published test must pass.</summary>
    private static readonly string[] Supported =
    [
        "Abs", "Add", "ArgMax", "AveragePool", "BatchNormalization", "Ceil", "Celu", "Clip", "Conv", "ConvTranspose", "DepthToSpace", "Div",
        "Erf", "Exp", "Expand",
        "Flatten", "Floor", "Gather", "HardSwish", "LRN", "LayerNormalization", "LeakyRelu", "Log", "LogSoftmax", "MatMul", "Max",
        "MaxPool",
        "Mean", "Min", "Mul", "Neg", "Pad", "Pow", "Reciprocal", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceMax",
        "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Resize", "Round", "Sigmoid", "Sign",
        "Slice", "Softmax", "SpaceToDepth", "Sqrt", "Sub", "Sum", "Tanh", "Transpose", "Unsqueeze",
    ];

    /// <summary>Each result element depends on the input elements of its own place alone, so an axis in front changes nothing.</summary>
    private static readonly HashSet<string> OfElements =
    [
        "Abs", "Add", "Ceil", "Celu", "Clip", "Div", "Elu", "Erf", "Exp", "Floor", "HardSigmoid", "HardSwish", "Identity",
        "LeakyRelu", "Log",
        "Max", "Mean", "Min", "Mul", "Neg", "Pow", "PRelu", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign",
        "Softplus", "Softsign",
        "Sqrt", "Sub", "Sum", "Tanh", "ThresholdedRelu",
    ];

    [SharedTheory(Folder)]
    [InlineData(240)]
    public void Published_results_are_met(int least)
    {
        var passed = new List<string>();
        var failed = new List<string>();
        foreach (string path in Directory.GetDirectories(SharedFolder.Find(Folder)!).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            var model = OnnxFile.Load(Path.Combine(path, "model.onnx"));
            string[] operators = [.. model.Graph!.Nodes.Select(node => node.Operator!).Distinct()];
            try
            {
                if (Difference(path, model) is { } difference) failed.Add($"{name}: {difference}");
                else passed.AddRange(operators.Length == 1 ? operators : [name]);
            }
            catch (ModelException refused)
            {
                output.WriteLine($"{name} is skipped: {refused.Message}");
            }
        }
        output.WriteLine($"{passed.Count} passed.");
        Assert.Empty(failed);
        Assert.Empty(Supported.Except(passed));
        Assert.True(passed.Count >= least, $"{passed.Count} passed.");
    }

    /// <summary>Null: the published result is met.</summary>
    /// <exception cref="ModelException">The importer refuses the model.</exception>
    internal static string? Difference(string path, OnnxModel model)
    {
        var tensors = Tensors(path, "input");
        var graph = model.Graph!;
        int image = tensors.FindIndex(tensor => TensorData.TypeOf(tensor) == OnnxDataType.Float && tensor.Dims.Length > 0);
        if (image < 0 || graph.Inputs[image].Type?.Tensor is null) throw new ModelException("no input is a float tensor with axes");
        var info = graph.Inputs[image];
        for (int i = 0; i < tensors.Count; i++)
        {
            if (i == image) continue;
            tensors[i].Name = graph.Inputs[i].Name;
            graph.Initializers.Add(tensors[i]);
        }
        graph.Inputs = [info];
        graph.Outputs = [graph.Outputs[0]];
        var dims = info.Type!.Tensor!.Shape!.Dimensions;
        if (dims.Count < 4 && graph.Nodes.TrueForAll(node => OfElements.Contains(node.Operator!))) dims.Insert(0, new() { Size = 1 });
        var network = NetworkImporter.Import(model).Network;
        float[] all = TensorData.ToFloats(tensors[image]);
        var expected = TensorData.ToFloats(Tensors(path, "output")[0]);
        float[] actual = [.. all.Chunk(network.InputShape.Count).SelectMany(pixels => NodeInterpreter.Run(network, pixels))];
        if (actual.Length != expected.Length) return $"{actual.Length} elements, published {expected.Length}";
        float largest = expected.Where(float.IsFinite).Select(MathF.Abs).Append(1e-6f).Max();
        int wrong = Enumerable.Range(0, actual.Length).FirstOrDefault(i => !actual[i].Equals(expected[i])
            && !(MathF.Abs(actual[i] - expected[i]) <= 1e-4f * largest), -1);
        return wrong < 0 ? null : $"element {wrong} is {actual[wrong]}, published {expected[wrong]}";
    }

    private static List<OnnxTensor> Tensors(string path, string what)
    {
        var tensors = new List<OnnxTensor>();
        for (int i = 0; Path.Combine(path, "test_data_set_0", $"{what}_{i}.pb") is var file && File.Exists(file); i++)
        {
            using var stream = File.OpenRead(file);
            tensors.Add(Serializer.Deserialize<OnnxTensor>(stream));
        }
        return tensors;
    }
}
