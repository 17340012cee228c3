using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Packing;

/// <summary>
/// Puts integer codes, or float weights that become codes, into any float network. Its ONNX file says how layers are connected, the archive
/// what they compute with:
/// <code>
/// LAYER.codes        [outputChannel, ...]            the layer goes on the macro with these weight codes
/// LAYER.step         [] or [outputChannel]           what weight code 1 stands for
/// LAYER.weight       [outputChannel, ...]            latent: in place of codes and step; D21's quantizers make them
/// LAYER.input.step   []                              what code 1 of the layer's input stands for
/// LAYER.input.alpha  []                              in its place: what the input's largest code stands for, as PACT clips there
/// INITIALIZER        the initializer's shape         float numbers in place of those of the file: a bias, a batch norm, float weights
/// </code>
/// Further names are those of <see cref="StateDictionary"/>. Layers without codes, or of latent weights without input step or alpha, stay
/// digital. Inputs are unipolar where they are never negative, else two's complement, unless the rule of the activations is a bipolar one.
/// Batch norms are not folded: the codes are for the weights as they stand before them.
/// </summary>
internal sealed class TopologyPacker
{
    private readonly TopologyArrays _arrays;
    private readonly PackOptions _options;
    private readonly StateDictionary _state;

    private TopologyPacker(IReadOnlyDictionary<string, NpyFile> arrays, PackOptions options)
    {
        (_arrays, _options) = (new(arrays), options);
        _state = new(_arrays, options.Latent is not null);
    }

    /// <param name="arrays">The arrays, as <see cref="NpzFile"/> reads them.</param>
    /// <param name="topology">The float network.</param>
    /// <param name="file">Its file, for messages.</param>
    /// <exception cref="ImcException">The network cannot be read or is quantized already; arrays are missing, left over or of other shapes,
    /// all of which are named; or a code or step cannot be used.</exception>
    public static OnnxModel Pack(IReadOnlyDictionary<string, NpyFile> arrays, OnnxModel topology, string file, PackOptions options) =>
        new TopologyPacker(arrays, options).Pack(topology, file);

    private OnnxModel Pack(OnnxModel topology, string file)
    {
        if (_options.Latent is not null)
            QuantizedLayers.RequireLatent([.. _arrays.Names.Where(QuantizedLayers.AreCodes)], _options.WeightFormat);
        ReplaceInitializers(topology);
        var network = _state.PutInto(FloatNetwork.InOneForm(topology));
        var index = new GraphIndex(network);
        var graph = new GraphReader(index);
        var weights = network.Graph!.Initializers.ToDictionary(tensor => tensor.Name!);
        var layers = LayersOf(graph, weights);
        var coded = layers.Where(IsOnMacro).ToList();
        foreach (var layer in coded) RequireArrays(layer);
        RequireFit(file, layers, coded.Count);

        var formats = QuantizedLayers.Create(coded.SelectMany(layer => _arrays[layer.Codes].ToInt16()), _options);
        var neverNegative = NeverNegative.TensorsOf(graph);
        var written = new OnnxBuilder("quantizers");
        var quantizers = new Dictionary<(string Tensor, ActivationQuantizer Quantizer), string>();
        var taken = new Names(index.TensorNames);
        var inputs = new Dictionary<string, string[]>();
        foreach (var layer in coded)
        {
            string tensor = layer.Step.Inputs[0].Name;
            var quantizer = QuantizerOf(layer.Name, formats, neverNegative.Contains(tensor));
            if (!quantizers.TryGetValue((tensor, quantizer), out string? input))
                quantizers[(tensor, quantizer)] = input = QdqPatterns.WriteActivations(written, tensor,
                    taken.Take($"{tensor}.{OperandFormat.Name(quantizer.Format.Encoding)}{quantizer.Format.Bits}"), quantizer);
            inputs[layer.Step.WeightTensor] = [input, QdqPatterns.WriteWeights(written, layer.Step.WeightTensor, layer.Weights.Dims,
                _options.Latent is { } alpha ? Quantized(layer, formats, alpha) : WeightsOf(layer, formats))];
        }
        var packed = PostTrainingQuantizer.Joined(network, written.Build(), inputs);
        if (_options.FloatNetwork is { } floatFile) ModelMetadata.Set(packed, ModelMetadata.Float, ModelMetadata.FileName(floatFile));
        if (_options.Licence is { } licence) ModelMetadata.Set(packed, "imc.licence", licence);
        return packed;
    }

    /// <summary>Puts arrays that are named like float initializers in their place.</summary>
    private void ReplaceInitializers(OnnxModel topology)
    {
        var tensors = topology.Graph?.Initializers ?? [];
        for (int i = 0; i < tensors.Count; i++)
        {
            string name = tensors[i].Name ?? "";
            if (!_arrays.Has(name)) continue;
            if ((OnnxDataType)tensors[i].DataType != OnnxDataType.Float)
                _arrays.Refuse(name, $"'{name}' stands for an initializer of type {(OnnxDataType)tensors[i].DataType}; "
                    + "only Float ones are replaced");
            else if (_arrays.Require(name, Array.ConvertAll(tensors[i].Dims, size => (int)size)))
                tensors[i] = TensorEncoder.Floats(name, tensors[i].Dims, _arrays.Singles(name));
        }
    }

    private List<Layer> LayersOf(GraphReader graph, Dictionary<string, OnnxTensor> weights)
    {
        var names = new Names();
        return [.. graph.Steps.OfType<LayerStep>()
            .Select(step => new Layer(step, _state.PrefixOf(step, names.Take(Names.OfLayer(step))), weights[step.WeightTensor]))];
    }

    private bool IsOnMacro(Layer layer) => _options.Latent is null ? _arrays.Has(layer.Codes)
        : _arrays.Has(layer.Name + ".input.step") || _arrays.Has(layer.Name + ".input.alpha");

    private void RequireArrays(Layer layer)
    {
        if (_options.Latent is null)
        {
            _arrays.Require(layer.Codes, layer.Shape);
            _arrays.Require(layer.Name + ".step", [], [1], [layer.Shape[0]]);
        }
        else if (!_arrays.IsUsed(layer.Name + ".weight"))
        {
            _arrays.Require(layer.Name + ".weight", layer.Shape);
        }
        RequireInput(layer.Name);
    }

    private void RequireInput(string layer)
    {
        string step = layer + ".input.step", alpha = layer + ".input.alpha";
        if (!_arrays.Has(alpha)) _arrays.Require(step, [], [1]);
        else if (!_arrays.Has(step)) _arrays.Require(alpha, [], [1]);
        else _arrays.Refuse(alpha, $"'{step}' and '{alpha}' say the same; leave one out");
    }

    /// <exception cref="ImcException">Arrays are missing, left over or of other shapes, or no layer has codes.</exception>
    private void RequireFit(string file, List<Layer> layers, int coded)
    {
        bool isLatent = _options.Latent is not null;
        if (coded == 0)
            _arrays.Problem(isLatent ? "no layer has an input step or alpha, which puts its latent weights on the macro"
                : "no layer has codes");
        string[] named =
            [.. layers.Select(layer => $"'{layer.Name}.{(isLatent ? "weight" : "codes")}' [{string.Join(", ", layer.Shape)}]")];
        _arrays.RequireFit(file, isLatent
            ? $"Latent weights of its layers are {TopologyArrays.Some(named)}, each with 'LAYER.input.alpha' or 'LAYER.input.step'; "
                + "other arrays are named like its initializers, or as in a PyTorch state dictionary."
            : $"Codes of its layers are {TopologyArrays.Some(named)}, each with 'LAYER.step' and 'LAYER.input.step'; "
                + "other arrays are named like its initializers.");
    }

    private ActivationQuantizer QuantizerOf(string name, QuantizedLayers formats, bool isNeverNegative)
    {
        var format = formats.ActivationFormat;
        if (format.Encoding == OperandEncoding.Unipolar && !isNeverNegative)
            format = new(format.Bits, OperandEncoding.TwosComplement);
        QuantizedLayers.RequireSupported(formats.Weights!.Value, format);
        string alpha = name + ".input.alpha", array = _arrays.Has(alpha) ? alpha : name + ".input.step";
        return new(formats.Activations, format, QuantizedLayers.StepOf(array, _arrays.Singles(array)[0], format));
    }

    private QuantizedWeights WeightsOf(Layer layer, QuantizedLayers formats)
    {
        short[] codes = _arrays[layer.Codes].ToInt16();
        float[] steps = _arrays.Singles(layer.Name + ".step");
        if (steps.Length == 1) steps = [.. Enumerable.Repeat(steps[0], layer.Shape[0])];
        QuantizedLayers.MakeStepsPositive(codes, steps, layer.Name);
        return formats.Checked(codes, steps, layer.Codes);
    }

    /// <summary>Quantizes the latent weights, which by now stand in the network.</summary>
    private static QuantizedWeights Quantized(Layer layer, QuantizedLayers formats, D21Alpha alpha) =>
        formats.Quantized(TensorData.ToFloats(layer.Weights), layer.Shape[0], alpha, layer.Name + ".weight");

    /// <param name="Name">What the names of its arrays begin with.</param>
    /// <param name="Weights">Its initializer.</param>
    private sealed record Layer(LayerStep Step, string Name, OnnxTensor Weights)
    {
        public int[] Shape { get; } = Array.ConvertAll(Weights.Dims, size => (int)size);
        public string Codes => Name + QuantizedLayers.CodesEnd;
    }
}
