using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Packing;

/// <summary>
/// Puts integer codes into any float network. Its ONNX file says how layers are connected, the archive what they compute with:
/// <code>
/// LAYER.codes        [outputChannel, ...]            the layer goes on the macro with these weight codes
/// LAYER.step         [] or [outputChannel]           what weight code 1 stands for
/// LAYER.input.step   []                              what code 1 of the layer's input stands for
/// INITIALIZER        the initializer's shape         float numbers in place of those of the file: a bias, a batch norm, float weights
/// </code>
/// Layers without codes stay digital. Inputs are unipolar where they are never negative, else two's complement, unless the rule of the
/// activations is a bipolar one. Batch norms are not folded: the codes are for the weights as they stand before them.
/// </summary>
internal sealed class TopologyPacker
{
    private const int MostNames = 8;

    private readonly IReadOnlyDictionary<string, NpyFile> _arrays;
    private readonly HashSet<string> _used = [];
    private readonly List<string> _problems = [];

    private TopologyPacker(IReadOnlyDictionary<string, NpyFile> arrays) => _arrays = arrays;

    /// <param name="arrays">The arrays, as <see cref="NpzFile"/> reads them.</param>
    /// <param name="topology">The float network.</param>
    /// <param name="file">Its file, for messages.</param>
    /// <exception cref="ImcException">The network cannot be read or is quantized already; arrays are missing, left over or of other shapes,
    /// all of which are named; or a code or step cannot be used.</exception>
    public static OnnxModel Pack(IReadOnlyDictionary<string, NpyFile> arrays, OnnxModel topology, string file, PackOptions options)
    {
        if (options.Latent is not null)
            throw new ImcException("--latent quantizes the weights of a named topology; for an ONNX topology give codes.");
        return new TopologyPacker(arrays).Pack(topology, file, options);
    }

    private OnnxModel Pack(OnnxModel topology, string file, PackOptions options)
    {
        ReplaceInitializers(topology);
        var network = FloatNetwork.InOneForm(topology);
        var index = new GraphIndex(network);
        var graph = new GraphReader(index);
        var weights = network.Graph!.Initializers.ToDictionary(tensor => tensor.Name!);
        var names = new Names();
        var layers = graph.Steps.OfType<LayerStep>().Select(layer => (Step: layer, Name: names.Take(Names.OfLayer(layer)),
            Shape: Array.ConvertAll(weights[layer.WeightTensor].Dims, size => (int)size))).ToList();
        var coded = layers.Where(layer => _arrays.ContainsKey(layer.Name + ".codes")).ToList();
        foreach (var layer in coded)
        {
            Require(layer.Name + ".codes", layer.Shape);
            Require(layer.Name + ".step", [], [1], [layer.Shape[0]]);
            Require(layer.Name + ".input.step", [], [1]);
        }
        RequireFit(file, layers.Select(layer => $"'{layer.Name}.codes' [{string.Join(", ", layer.Shape)}]"), coded.Count);

        var formats = QuantizedLayers.Create(coded.SelectMany(layer => _arrays[layer.Name + ".codes"].ToInt16()), options);
        var neverNegative = NeverNegative.TensorsOf(graph);
        var written = new OnnxBuilder("quantizers");
        var quantizers = new Dictionary<(string Tensor, ActivationQuantizer Quantizer), string>();
        var taken = new Names(index.TensorNames);
        var inputs = new Dictionary<string, string[]>();
        foreach (var (layer, name, shape) in coded)
        {
            string tensor = layer.Inputs[0].Name;
            var quantizer = QuantizerOf(name, formats, neverNegative.Contains(tensor));
            if (!quantizers.TryGetValue((tensor, quantizer), out string? input))
                quantizers[(tensor, quantizer)] = input = QdqPatterns.WriteActivations(written, tensor,
                    taken.Take($"{tensor}.{OperandFormat.Name(quantizer.Format.Encoding)}{quantizer.Format.Bits}"), quantizer);
            inputs[layer.WeightTensor] = [input, QdqPatterns.WriteWeights(written, layer.WeightTensor,
                Array.ConvertAll(shape, size => (long)size), WeightsOf(name, formats, shape[0]))];
        }
        var packed = PostTrainingQuantizer.Joined(network, written.Build(), inputs);
        if (options.FloatNetwork is { } floatFile) ModelMetadata.Set(packed, ModelMetadata.Float, ModelMetadata.FileName(floatFile));
        if (options.Licence is { } licence) ModelMetadata.Set(packed, "imc.licence", licence);
        return packed;
    }

    /// <summary>Puts arrays that are named like float initializers in their place.</summary>
    private void ReplaceInitializers(OnnxModel topology)
    {
        var tensors = topology.Graph?.Initializers ?? [];
        for (int i = 0; i < tensors.Count; i++)
        {
            string name = tensors[i].Name ?? "";
            if (!_arrays.TryGetValue(name, out var array)) continue;
            if ((OnnxDataType)tensors[i].DataType != OnnxDataType.Float)
                _problems.Add($"'{name}' stands for an initializer of type {(OnnxDataType)tensors[i].DataType}; "
                    + "only Float ones are replaced");
            else if (Require(name, Array.ConvertAll(tensors[i].Dims, size => (int)size)))
                tensors[i] = TensorEncoder.Floats(name, tensors[i].Dims, TrainedArrays.Finite(name, array.ToSingle()));
            _used.Add(name);
        }
    }

    /// <summary>Notes an array that is missing or has none of the shapes.</summary>
    private bool Require(string name, params int[][] shapes)
    {
        _used.Add(name);
        string allowed = string.Join(" or ", shapes.Select(shape => $"[{string.Join(", ", shape)}]").Distinct());
        if (!_arrays.TryGetValue(name, out var array)) _problems.Add($"'{name}' {allowed} is missing");
        else if (!shapes.Any(shape => array.Shape.SequenceEqual(shape)))
            _problems.Add($"'{name}' is [{string.Join(", ", array.Shape)}]; it must be {allowed}");
        else return true;
        return false;
    }

    /// <exception cref="ImcException">Arrays are missing, left over or of other shapes, or no layer has codes.</exception>
    private void RequireFit(string file, IEnumerable<string> layers, int coded)
    {
        string[] extra = [.. _arrays.Where(array => !_used.Contains(array.Key) && !TrainedArrays.IsBookkeeping(array.Key))
            .Select(array => $"'{array.Key}' [{string.Join(", ", array.Value.Shape)}]")];
        if (extra.Length > 0) _problems.Add($"the network has no place for {Some(extra)}");
        if (coded == 0) _problems.Add("no layer has codes");
        if (_problems.Count == 0) return;
        throw new ImcException($"The archive does not fit '{file}': {string.Join("; ", _problems)}. Codes of its layers are "
            + $"{Some([.. layers])}, each with 'LAYER.step' and 'LAYER.input.step'; other arrays are named like its initializers.");
    }

    private ActivationQuantizer QuantizerOf(string name, QuantizedLayers formats, bool isNeverNegative)
    {
        var format = formats.ActivationFormat;
        if (format.Encoding == OperandEncoding.Unipolar && !isNeverNegative)
            format = new(format.Bits, OperandEncoding.TwosComplement);
        QuantizedLayers.RequireSupported(formats.Weights!.Value, format);
        float step = Steps(name + ".input.step")[0];
        return step > 0 ? new(formats.Activations, format, step)
            : throw new ImcException($"Array '{name}.input.step' holds {step}; the step must be positive.");
    }

    private QuantizedWeights WeightsOf(string name, QuantizedLayers formats, int outputs)
    {
        short[] codes = _arrays[name + ".codes"].ToInt16();
        float[] steps = Steps(name + ".step");
        if (steps.Length == 1) steps = [.. Enumerable.Repeat(steps[0], outputs)];
        QuantizedLayers.MakeStepsPositive(codes, steps, name);
        return formats.Checked(codes, steps, name + ".codes");
    }

    private float[] Steps(string name) => TrainedArrays.Finite(name, _arrays[name].ToSingle());

    private static string Some(string[] names) =>
        string.Join(", ", names.Take(MostNames)) + (names.Length > MostNames ? $" and {names.Length - MostNames} more" : "");
}
