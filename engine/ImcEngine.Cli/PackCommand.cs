using System.CommandLine;
using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Importer;
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

    private static readonly (string Word, D21Alpha Value)[] Scales = [("mean-abs", D21Alpha.MeanAbs), ("sawb", D21Alpha.Sawb)];

    public static Command Create()
    {
        var arrays = new Argument<string>("CODES.npz")
        {
            Description = "Integer codes, steps and batch norms, as the training scripts save them",
        };
        var model = new OutputOption("--out", "ONNX file to write", "M.onnx") { Required = true };
        var topology = new Option<string>("--topology")
        {
            Description = string.Join(" or ", ResNetTopology.All.Select(each => each.Name)),
            HelpName = "NAME",
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
        var command = new Command("pack", "Make ONNX from trained integer codes") { arrays, model, topology, weights, latent, activations,
            activationBits, floatNetwork, licence };
        var preprocessing = PreprocessingOptions.AddTo(command, "CIFAR-10's");
        command.SetAction(parse =>
        {
            string file = parse.GetRequiredValue(model);
            var options = new PackOptions
            {
                WeightFormat = parse.GetValue(weights) is { } format ? Format(format) : null,
                Latent = parse.GetValue(latent),
                Activations = parse.GetValue(activations),
                ActivationBits = parse.GetValue(activationBits),
                Preprocessing = preprocessing.Resolve(parse, Preprocessing.Cifar10),
                FloatNetwork = parse.GetValue(floatNetwork),
                Licence = parse.GetValue(licence),
            };
            OnnxFile.Save(NetworkPacker.Pack(UserFiles.Arrays(parse.GetRequiredValue(arrays)), parse.GetRequiredValue(topology), options),
                file);
            Report.ForConsole(parse).Line($"'{file}' written.");
        });
        return command;
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
