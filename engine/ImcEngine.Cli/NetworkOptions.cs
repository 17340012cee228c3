using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ImcEngine.Importer.Lowering;

namespace ImcEngine.Cli;

/// <summary>The options that choose what a network's file leaves open.</summary>
internal sealed class NetworkOptions
{
    private const int MostSizes = 8;

    private readonly Option<int[]?> _shape = new("--input-shape")
    {
        Description = "Size of an image where the network's file leaves it open, e.g. 3x224x224, with or without a batch in front "
            + "(default: that of the data, where the command reads data)",
        HelpName = "CxHxW",
        CustomParser = Sizes,
    };

    private readonly Option<string?> _output = new("--output")
    {
        Description = "Output with the logits, where the network has several (default: the only one of [batch, classes])",
        HelpName = "NAME",
    };

    private readonly Option<bool> _allOutputs = new("--all-outputs")
    {
        Description = "The network's outputs are no classes: compare the numbers of each by its SQNR; labels are not used",
    };

    private NetworkOptions()
    {
    }

    public static NetworkOptions AddTo(Command command)
    {
        var options = new NetworkOptions();
        command.Options.Add(options._shape);
        command.Options.Add(options._output);
        return options;
    }

    /// <summary>Adds <c>--all-outputs</c> too.</summary>
    public static NetworkOptions AddWithAllOutputsTo(Command command)
    {
        var options = AddTo(command);
        command.Options.Add(options._allOutputs);
        command.Validators.Add(result =>
        {
            if (result.GetValue(options._allOutputs) && result.GetValue(options._output) is not null)
                result.AddError("--all-outputs takes all of the network's outputs; leave out --output, which chooses one.");
        });
        return options;
    }

    public bool TakesAllOutputs(ParseResult parse) => parse.GetResult(_allOutputs) is not null && parse.GetValue(_allOutputs);

    /// <param name="report">Is told which output was taken where none is named.</param>
    public NetworkChoice Choose(ParseResult parse, Report report) => new(parse.GetValue(_output),
        parse.GetValue(_shape) is { Length: > 0 } sizes ? sizes : null, report.Line,
        TakesAllOutputs(parse));

    private static int[]? Sizes(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        int[] sizes = [.. text.Split('x').Select(part =>
            int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0)];
        if (sizes.Length <= MostSizes && Array.TrueForAll(sizes, size => size > 0)) return sizes;
        result.AddError($"--input-shape is '{text}'; write sizes above 0 with x between them, e.g. 3x224x224.");
        return null;
    }
}
