using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ImcEngine.Cli;

/// <summary>Prints the help of a command: its description, usage, options and examples.</summary>
internal sealed class CommandHelp(HelpAction usual) : SynchronousCommandLineAction
{
    /// <summary>Examples by the full name of a command, such as <c>imc data cifar10</c>.</summary>
    internal static readonly IReadOnlyDictionary<string, string[]> Examples = new Dictionary<string, string[]>
    {
        ["imc"] = ["imc compare", "imc inspect my.onnx --macro c3sram-256x64"],
        ["imc compare"] = ["imc compare --model my.onnx --data my-images --macro xnor-256 --json result.json",
            "imc compare --set macro.die.columnOffsetCounts=0.1 --dies 20 --yield-above 0.90"],
        ["imc study"] = ["imc study rows-bits.json --out results", "imc study --merge first second --out results"],
        ["imc optimize"] = ["imc optimize one-point.json", "imc optimize one-point.json --data my-images --images 2000 --out result"],
        ["imc attribute"] =
            ["imc attribute --set macro.die.columnOffsetCounts=0.1 --set macro.die.bitlineNoiseCounts=0.5",
                "imc attribute --model my.onnx --data my-images --images 200 --json attribution.json"],
        ["imc inspect"] = ["imc inspect my.onnx --macro c3sram-256x64",
            "imc inspect my.onnx --map --map-csv map.csv --json inspection.json"],
        ["imc cost"] = ["imc cost my.onnx --macro c3sram-256x64",
            "imc cost my.onnx --data my-images --images 32 --set macro.technology.nodeNanometres=22 --json cost.json"],
        ["imc profile"] = ["imc profile my.onnx --data my-images --macro xnor-256 --json profile.json",
            "imc profile my.onnx --images 16 --batch 1"],
        ["imc adc"] = ["imc adc --set macro.rows=128 --set macro.adc.bits=3 --set macro.adc.range=full",
            "imc adc --die 7 --set macro.adc.range=[0,60] --set macro.die.edgeErrorLsb=0.2 --csv"],
        ["imc verify"] = ["imc verify --self --seconds 30", "imc verify --model my.onnx --data my-images --images 500"],
        ["imc data"] = ["imc data cifar10", "imc data shapes10 --split train --count 50000 --out shapes10"],
        ["imc data cifar10"] = ["imc data cifar10", "imc data cifar10 --verbose"],
        ["imc data shapes10"] = ["imc data shapes10 --out shapes10", "imc data shapes10 --split train --count 50000 --out shapes10"],
        ["imc pack"] = ["imc pack codes.npz --out my.onnx",
            "imc pack state.npz --out my.onnx --topology my-float.onnx --latent sawb --weights bipolar:2"],
        ["imc quantize"] = ["imc quantize my-float.onnx --out my.onnx --data my-images",
            "imc quantize my-float.onnx --out my.onnx --set quantization.weightBits=2 --calibration 256"],
        ["imc calibrate"] = ["imc calibrate my.onnx --out cal.json --data my-images --macro xnor-256",
            "imc calibrate my.onnx --out cal.json --calibration-data more-images --calibration 512"],
        ["imc macros"] = ["imc macros", "imc macros jia-jssc2020 --json fields.json"],
        ["imc spec"] = ["imc spec --macro xnor-256 --set macro.rows=128", "imc spec --schema"],
    };

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        var report = Report.ForConsole(parse);
        report.Line(command.Description!);
        report.Line();
        report.Document(WithoutDescription(UsualText(parse)));
        report.Line();
        report.Line("Examples:");
        foreach (string example in Examples[ImcProgram.PathOf(command)]) report.Line($"  {example}");
        return ImcProgram.Success;
    }

    private string UsualText(ParseResult parse)
    {
        var configuration = parse.InvocationConfiguration;
        var output = configuration.Output;
        using var text = new StringWriter { NewLine = "\n" };
        configuration.Output = text;
        usual.Invoke(parse);
        configuration.Output = output;
        return text.ToString();
    }

    /// <summary>Removes the description, which begins the usual text and ends at the first blank line.</summary>
    private static string WithoutDescription(string usual)
    {
        string text = usual.ReplaceLineEndings("\n");
        return text[(text.IndexOf("\n\n", StringComparison.Ordinal) + 2)..].TrimEnd();
    }
}
