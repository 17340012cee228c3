using System.CommandLine;
using System.Globalization;
using ImcEngine.BitPlanes;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Networks;

namespace ImcEngine.Cli;

/// <summary><c>imc pack</c>: ONNX from the arrays of a trained network.</summary>
internal static class PackCommand
{
    public static Command Create()
    {
        var arrays = new Argument<string>("CODES.npz") { Description = "Integer codes, steps, batch norms, as the training scripts save them" };
        var model = new Option<string>("--out") { Description = "ONNX file to write", HelpName = "M.onnx", Required = true };
        var topology = new Option<string>("--topology") { Description = string.Join(" or ", ResNetTopology.All.Select(each => each.Name)), HelpName = "NAME", DefaultValueFactory = _ => ResNetTopology.All[0].Name };
        var weights = new Option<string?>("--weights") { Description = "Encoding and bits of the weights, e.g. bipolar:2 (default: the fewest bits that hold the codes)", HelpName = "FORMAT" };
        var activations = new Option<QuantizerKind?>("--activations") { Description = "Rule of the activations (default: Sign with 1-bit weights, else Nearest)", HelpName = string.Join('|', Enum.GetNames<QuantizerKind>()) };
        var activationBits = new Option<int?>("--activation-bits") { Description = "Bits of the activations (default: as many as the weights)", HelpName = "N" };
        var mean = new Option<string?>("--mean") { Description = "Preprocessing: mean of R, G, B (default: CIFAR-10's)", HelpName = "r,g,b" };
        var std = new Option<string?>("--std") { Description = "Preprocessing: standard deviation of R, G, B (default: CIFAR-10's)", HelpName = "r,g,b" };
        var floatNetwork = new Option<string?>("--float") { Description = "File name of the float network beside it, for comparisons", HelpName = "F.onnx" };
        var licence = new Option<string?>("--licence") { Description = "Licence of the network, for the file's metadata", HelpName = "NAME" };
        var command = new Command("pack", "Make ONNX from trained integer codes") { arrays, model, topology, weights, activations, activationBits, mean, std, floatNetwork, licence };
        command.SetAction(parse =>
        {
            var usual = Preprocessing.Cifar10;
            var options = new PackOptions
            {
                WeightFormat = parse.GetValue(weights) is { } format ? Format(format) : null,
                Activations = parse.GetValue(activations),
                ActivationBits = parse.GetValue(activationBits),
                Preprocessing = new(Colours("--mean", parse.GetValue(mean), usual.Mean), Colours("--std", parse.GetValue(std), usual.Std)),
                FloatNetwork = parse.GetValue(floatNetwork),
                Licence = parse.GetValue(licence),
            };
            string file = parse.GetRequiredValue(model);
            OnnxFile.Save(NetworkPacker.Pack(NpzFile.Read(parse.GetRequiredValue(arrays)), parse.GetRequiredValue(topology), options), file);
            Report.Of(parse).Line($"'{file}' written.");
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

    private static float[] Colours(string option, string? text, float[] usual)
    {
        if (text is null) return usual;
        float[] numbers = [.. text.Split(',').Select(part => float.TryParse(part, CultureInfo.InvariantCulture, out float number) ? number : float.NaN)];
        bool ok = numbers.Length == usual.Length && numbers.All(float.IsFinite) && (option != "--std" || numbers.All(number => number > 0));
        return ok ? numbers : throw new ImcException($"{option} is '{text}'; write three {(option == "--std" ? "positive " : "")}numbers, e.g. {string.Join(',', usual)}.");
    }
}
