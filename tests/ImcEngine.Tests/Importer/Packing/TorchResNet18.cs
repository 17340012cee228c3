using System.Runtime.InteropServices;
using ImcEngine.Data;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Topologies.NetworkWriter;

namespace ImcEngine.Tests.Importer.Packing;

/// <summary>How PyTorch writes a trained network.</summary>
public enum TorchExport
{
    /// <summary>As it is: weights and batch norms under the names of the state dictionary.</summary>
    Plain,

    /// <summary>Batch norms folded, weights numbered; a node is named by the path of its module.</summary>
    Folded,

    /// <summary>Batch norms folded into weights that keep their names.</summary>
    FoldedNamed,
}

/// <summary>torchvision's ResNet18, with the ImageNet stem and drawn numbers: its state dictionary and its exports.</summary>
internal sealed class TorchResNet18
{
    private readonly Dictionary<string, (float[] Elements, int[] Shape)> _state = [];
    private readonly Random _random = new(5);
    private readonly int _size, _classes;

    /// <param name="size">Height and width of the images.</param>
    public TorchResNet18(int width, int size, int classes)
    {
        (_size, _classes) = (size, classes);
        AddLayer("conv1", "bn1", width, 3, 7);
        foreach (var (name, inputs, outputs, stride) in Blocks(width))
        {
            AddLayer($"{name}.conv1", $"{name}.bn1", outputs, inputs, 3);
            AddLayer($"{name}.conv2", $"{name}.bn2", outputs, outputs, 3);
            if (stride == 2) AddLayer($"{name}.downsample.0", $"{name}.downsample.1", outputs, inputs, 1);
        }
        Add("fc.weight", 0.1f, classes, 8 * width);
        Add("fc.bias", 0.1f, classes);
        Width = width;
    }

    public int Width { get; }

    /// <summary>The layers between the first and the last.</summary>
    public IEnumerable<string> InnerLayers =>
        _state.Keys.Where(name => name.Contains(".conv", StringComparison.Ordinal)
            || name.EndsWith("downsample.0.weight", StringComparison.Ordinal))
            .Select(name => name[..^".weight".Length]);

    public float[] this[string array] => _state[array].Elements;

    /// <summary>The state dictionary, and by layer where PACT clips its input; null: nowhere.</summary>
    public NpzWriter ToNpz(Func<string, float?> alpha)
    {
        var writer = new NpzWriter();
        foreach (var (name, array) in WithAlphas(alpha)) writer.Add(name, array.Elements, array.Shape);
        return writer;
    }

    /// <inheritdoc cref="ToNpz"/>
    public Dictionary<string, NpyFile> Archive(Func<string, float?> alpha) =>
        WithAlphas(alpha).ToDictionary(array => array.Name, array => Npy(array.Name, array.Array.Elements, array.Array.Shape));

    public static NpyFile Npy(string name, float[] elements, params int[] shape) => NpyFile.Read(
        new MemoryStream(NpzWriter.Npy("<f4", MemoryMarshal.AsBytes(elements.AsSpan()), shape)), name);

    private IEnumerable<(string Name, (float[] Elements, int[] Shape) Array)> WithAlphas(Func<string, float?> alpha) =>
        _state.Select(array => (array.Key, array.Value)).Concat(
            InnerLayers.Where(layer => alpha(layer) is not null)
                .Select(layer => ($"{layer}.input.alpha", ((float[])[alpha(layer)!.Value], (int[])[]))));

    public OnnxModel Export(TorchExport form)
    {
        var b = new OnnxBuilder("main_graph", opset: 17, irVersion: 8);
        int numbered = 190;
        string Conv(string x, string layer, string norm, int stride)
        {
            var (elements, shape) = _state[$"{layer}.weight"];
            int kernel = shape[2];
            var window = Window(kernel, stride, kernel / 2, Attribute("dilations", 1, 1), Attribute("group", 1L));
            long[] dims = Array.ConvertAll(shape, size => (long)size);
            if (form == TorchExport.Plain)
            {
                x = b.Node("Conv", [x, b.Floats($"{layer}.weight", dims, elements)], Path(layer, "Conv"), window);
                return b.Node("BatchNormalization",
                    [x, .. NormFields.Select(field => b.Floats(norm + field, [shape[0]], _state[norm + field].Elements))],
                    Path(norm, "BatchNormalization"), Attribute("epsilon", 1e-5f), Attribute("momentum", 0.9f));
            }
            var (scale, shift) = Folded(norm);
            int perOutput = elements.Length / shape[0];
            bool isNumbered = form == TorchExport.Folded;
            string weight = b.Floats(isNumbered ? $"onnx::Conv_{numbered++}" : $"{layer}.weight", dims,
                [.. elements.Select((element, i) => (float)(element * scale[i / perOutput]))]);
            string bias = b.Floats(isNumbered ? $"onnx::Conv_{numbered++}" : $"{layer}.weight_bias", [shape[0]], shift);
            return b.Node("Conv", [x, weight, bias], Path(layer, "Conv"), window);
        }
        string x = b.Node("Relu", [Conv(b.Input("input", -1, 3, _size, _size), "conv1", "bn1", 2)], "/relu/Relu");
        x = b.Node("MaxPool", [x], "/maxpool/MaxPool", Window(3, 2, 1, Attribute("ceil_mode", 0L)));
        foreach (var (name, _, _, stride) in Blocks(Width))
        {
            string inner = b.Node("Relu", [Conv(x, $"{name}.conv1", $"{name}.bn1", stride)], Path($"{name}.relu", "Relu"));
            string sum = Conv(inner, $"{name}.conv2", $"{name}.bn2", 1);
            string shortcut = stride == 2 ? Conv(x, $"{name}.downsample.0", $"{name}.downsample.1", 2) : x;
            x = b.Node("Relu", [b.Node("Add", [sum, shortcut], Path(name, "Add"))], Path($"{name}.relu", "Relu_1"));
        }
        x = b.Node("Flatten", [b.Node("GlobalAveragePool", [x], "/avgpool/GlobalAveragePool")], "/Flatten", Attribute("axis", 1L));
        b.Floats("fc.weight", [_classes, 8 * Width], _state["fc.weight"].Elements);
        b.Floats("fc.bias", [_classes], _state["fc.bias"].Elements);
        b.Node("Gemm", [x, "fc.weight", "fc.bias"], "output", Attribute("alpha", 1f), Attribute("beta", 1f), Attribute("transB", 1L));
        b.Output("output", -1, _classes);
        return b.Build();
    }

    private static readonly string[] NormFields = [".weight", ".bias", ".running_mean", ".running_var"];

    /// <summary>A node's name as the tracer makes it: <c>/layer2/layer2.0/downsample/downsample.0/Conv</c>.</summary>
    private static string Path(string module, string @operator)
    {
        string[] parts = module.Split('.');
        var path = new List<string>();
        for (int i = 0; i < parts.Length; i++) path.Add(int.TryParse(parts[i], out _) ? $"{parts[i - 1]}.{parts[i]}" : parts[i]);
        return $"/{string.Join('/', path)}/{@operator}";
    }

    private (double[] Scale, float[] Shift) Folded(string norm)
    {
        float[] Of(string field) => _state[norm + field].Elements;
        double[] scale = [.. Of(".weight").Zip(Of(".running_var"), (gamma, variance) => gamma / Math.Sqrt(variance + 1e-5))];
        return (scale, [.. Of(".bias").Select((beta, c) => (float)(beta - Of(".running_mean")[c] * scale[c]))]);
    }

    private static IEnumerable<(string Name, int Inputs, int Outputs, int Stride)> Blocks(int width)
    {
        int inputs = width;
        for (int stage = 0; stage < 4; stage++)
            for (int block = 0; block < 2; block++)
            {
                int outputs = width << stage;
                yield return ($"layer{stage + 1}.{block}", inputs, outputs, stage > 0 && block == 0 ? 2 : 1);
                inputs = outputs;
            }
    }

    private void AddLayer(string layer, string norm, int outputs, int inputs, int kernel)
    {
        Add($"{layer}.weight", MathF.Sqrt(6f / (inputs * kernel * kernel)), outputs, inputs, kernel, kernel);
        foreach (string field in NormFields) Add(norm + field, 0.2f, outputs);
        foreach (string field in new[] { ".weight", ".running_var" }) // around 1
            _state[norm + field] = ([.. _state[norm + field].Elements.Select(element => element + 1)], [outputs]);
        _state[$"{norm}.num_batches_tracked"] = ([100], []);
    }

    private void Add(string name, float largest, params int[] shape)
    {
        int count = shape.Aggregate(1, (product, size) => product * size);
        _state[name] = ([.. Enumerable.Range(0, count).Select(_ => largest * (2 * _random.NextSingle() - 1))], shape);
    }
}
