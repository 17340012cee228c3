using System.CommandLine;
using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Importer.Quantization;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Cli;

/// <summary><c>imc pack</c>: makes ONNX from the arrays of a trained network.</summary>
internal static class PackCommand
{
    private static readonly (string Word, QuantizerKind Value)[] Rules =
    [
        ("nearest", QuantizerKind.Nearest), ("bipolar-nearest", QuantizerKind.BipolarNearest),
        ("bipolar-shifted", QuantizerKind.BipolarShifted),
        ("sign", QuantizerKind.Sign), ("three-valued-sign", QuantizerKind.ThreeValuedSign),
    ];

    private const string OnnxEnd = ".onnx";

    private static readonly (string Word, D21Alpha Value)[] Scales = [("mean-abs", D21Alpha.MeanAbs), ("sawb", D21Alpha.Sawb)];

    public static Command Create()
    {
        var arrays = new Argument<string>("CODES.npz")
        {
            Description = "Integer codes, steps and batch norms, as the training scripts save them; for an ONNX topology LAYER.codes, "
                + "LAYER.step and LAYER.input.step (or LAYER.input.alpha, where PACT clips), and arrays named like its initializers or as "
                + "in a PyTorch state dictionary",
        };
        var model = new OutputOption("--out", "ONNX file to write", "M.onnx") { Required = true };
        var topology = new Option<string>("--topology")
        {
            Description = string.Join(" or ", ResNetTopology.All.Select(each => each.Name)) + ", or the ONNX file of any float network",
            HelpName = "NAME|F.onnx",
            DefaultValueFactory = _ => ResNetTopology.All[0].Name,
        };
        var weights = new Option<string?>("--weights")
        {
            Description = "Encoding and bits of the weights, e.g. bipolar:2 (default: the fewest bits that hold the codes)",
            HelpName = "FORMAT",
        };
        var latent = Choices.Word("--latent",
            "Weights are float (NAME.weight): quantize them to --weights as Saikia et al., DATE 2021, do, with this scale", Scales);
        var activations = Choices.Word("--activations",
            "Quantization rule of the activations (default: sign with 1-bit bipolar weights, else nearest)", Rules);
        var activationBits = Choices.WholeNumber("--activation-bits", "Bits of the activations (default: as many as the weights)", least: 1,
            most: OperandFormat.MaxBits);
        var floatNetwork = new Option<string?>("--float")
        {
            Description = "File name of its float network in the same folder, for comparisons",
            HelpName = "F.onnx",
        };
        var licence = new Option<string?>("--licence")
        {
            Description = "Licence of the network, for the file's metadata",
            HelpName = "NAME",
        };
        var command = new Command("pack",
            "Make ONNX from trained integer codes, for one of the named topologies or for any float network") { arrays, model, topology,
                weights, latent, activations,
            activationBits, floatNetwork, licence };
        var preprocessing = PreprocessingOptions.AddTo(command, "the usual of a named topology's images, or those of an ONNX topology");
        var choice = NetworkOptions.AddTo(command);
        command.SetAction(parse =>
        {
            string file = parse.GetRequiredValue(model);
            var options = new PackOptions
            {
                WeightFormat = parse.GetValue(weights) is { } format ? Format(format) : null,
                Latent = parse.GetValue(latent),
                Activations = parse.GetValue(activations),
                ActivationBits = parse.GetValue(activationBits),
                FloatNetwork = parse.GetValue(floatNetwork),
                Licence = parse.GetValue(licence),
            };
            var read = UserFiles.Arrays(parse.GetRequiredValue(arrays));
            string shape = parse.GetRequiredValue(topology);
            var report = Report.ForConsole(parse);
            var chosen = choice.Choose(parse, report);
            bool isFile = shape.EndsWith(OnnxEnd, StringComparison.OrdinalIgnoreCase);
            if (!isFile && chosen.Text.Length > 0)
                throw new ImcException("--input-shape and --output are for an ONNX topology; a named one has one input size and output.");
            var packed = isFile ? OfFile(read, shape, options, chosen, own => preprocessing.Resolve(parse, own))
                : NetworkPacker.Pack(read, shape,
                    options with { Preprocessing = preprocessing.Resolve(parse, ResNetTopology.Find(shape).Stem.Preprocessing) });
            OnnxFile.Save(packed, file);
            report.Line($"'{file}' written: {LayersOf(file, packed)}; 'imc inspect' shows them.");
        });
        return command;
    }

    private static OnnxModel OfFile(IReadOnlyDictionary<string, NpyFile> arrays, string file, PackOptions options, NetworkChoice choice,
        Func<SourcedPreprocessing, SourcedPreprocessing> preprocess)
    {
        var (model, _) = ComparedModel.Load(file, preprocess, choice, CifarFormat.Shape);
        return Reading.File(file, "packing the network", () => TopologyPacker.Pack(arrays, model, file, options));
    }

    /// <summary>Says how many layers are on the macro, and which are not: a layer stays digital where the archive forgets it.</summary>
    private static string LayersOf(string file, OnnxModel packed)
    {
        var layers = UserFiles.Network(file, packed).Layers;
        string[] digital = [.. layers.Where(layer => !layer.OnMacro).Select(layer => layer.Name)];
        return $"{layers.Count - digital.Length} of {layers.Count} layers on the macro"
            + (digital.Length > 0 ? $", digital {TopologyArrays.Some(digital)}" : "");
    }

    private static OperandFormat Format(string text)
    {
        try
        {
            return OperandFormat.Parse(text);
        }
        catch (FormatException e)
        {
            throw new ImcException($"--weights: {e.Message}", e);
        }
    }
}
