using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cli;

/// <summary>A network in <c>weights/</c>.</summary>
/// <param name="File">File name.</param>
/// <param name="Data">The images that it was trained for, as <c>--data</c> names them.</param>
/// <param name="Input">Input format of the layers on the macro.</param>
/// <param name="Weight">Weight format of the layers on the macro.</param>
internal sealed record ShippedNetwork(string File, string Data, OperandFormat Input, OperandFormat Weight)
{
    public bool Fits(MacroSpec macro) => macro.Forms(CellProducts.ForEncodings(Input.Encoding, Weight.Encoding))
        && (macro.Family is not { } family || ModelFamilies.OperandsOf(family) == (Input, Weight));

    /// <summary>Returns the path of the file, in <c>weights</c> beside the program or in the current folder;
    /// null if it is in neither.</summary>
    public string? Find() => new[] { AppContext.BaseDirectory, "" }.Select(folder => Path.Combine(folder, "weights", File))
        .FirstOrDefault(System.IO.File.Exists);

    /// <summary>Returns the images to run it on: those that were named unless they are another set's, else its own if they are on this
    /// machine; null otherwise.</summary>
    public string? DataHere(string? named) =>
        named is not null ? named is Shapes10.Name or DataSource.Cifar10 && named != Data ? null : named
        : DataSource.IsHere(Data) ? Data : null;
}

/// <summary>The quantized networks that ship. The first lies beside the program; it runs where no network is named.</summary>
internal static class ShippedNetworks
{
    public static IReadOnlyList<ShippedNetwork> All { get; } =
    [
        new("resnet18-w16-shapes10-w4a4.onnx", Shapes10.Name, OperandFormat.Parse("unipolar:4"), OperandFormat.Parse("twos-complement:4")),
        new("resnet18-cifar10-w1a1.onnx", DataSource.Cifar10, OperandFormat.Parse("bipolar:1"), OperandFormat.Parse("bipolar:1")),
        new("resnet18-cifar10-w2a2.onnx", DataSource.Cifar10, OperandFormat.Parse("unipolar:2"), OperandFormat.Parse("bipolar:2")),
        new("resnet18-cifar10-w2a2-d21.onnx", DataSource.Cifar10, OperandFormat.Parse("bipolar:2"), OperandFormat.Parse("bipolar:2")),
        new("resnet18-cifar10-w4a4.onnx", DataSource.Cifar10, OperandFormat.Parse("unipolar:4"), OperandFormat.Parse("twos-complement:4")),
        new("resnet18-cifar10-w4a4-d21.onnx", DataSource.Cifar10, OperandFormat.Parse("bipolar:4"), OperandFormat.Parse("bipolar:4")),
    ];

    /// <summary>The path of the first network's file.</summary>
    public static string Default => Path.Combine(AppContext.BaseDirectory, "weights", All[0].File);

    /// <summary>
    /// Returns the network to run and its images. If no network is named, this is the usual one. If the macro takes other operands, it is
    /// the first shipped network that fits and that is on this machine with its images; a line names it.
    /// </summary>
    /// <param name="model">Network that was named; null for none.</param>
    /// <param name="data">Images that were named; null for none.</param>
    /// <param name="macroOption">The text of <c>--macro</c>; null if another option makes the macro.</param>
    /// <param name="command">The command that runs, e.g. <c>compare</c>.</param>
    /// <exception cref="ImcException">No network is named, and none that fits is here with its images;
    /// the message says what would run.</exception>
    public static (string File, string Data) Choose(string? model, string? data, MacroSpec macro, string? macroOption, string command,
        Report report)
    {
        if (model is not null || All[0].Fits(macro)) return (model ?? Default, data ?? Shapes10.Name);
        foreach (var network in All.Where(network => network.Fits(macro)))
            if (network.Find() is { } file && network.DataHere(data) is { } images)
            {
                report.Line($"{WhyNotUsual(macro)} Of the networks that ship, "
                    + $"{network.File} fits ({network.Input} inputs with {network.Weight} weights): it is run, on {images}.");
                return (file, images);
            }
        throw NoneFits(macro, macroOption, command);
    }

    private static string WhyNotUsual(MacroSpec macro)
    {
        var usual = All[0];
        string operands = macro.Family is { } family && ModelFamilies.OperandsOf(family) is var (input, weight)
            ? $"{input} inputs with {weight} weights" : LayerMap.OperandsOf(macro.Cell);
        return $"Macro '{macro.Name}' takes {operands}; "
            + $"the network that runs where --model names none, {usual.File}, has {usual.Input} inputs with {usual.Weight} weights.";
    }

    private static ImcException NoneFits(MacroSpec macro, string? macroOption, string command)
    {
        string found = WhyNotUsual(macro);
        if (All.FirstOrDefault(network => network.Fits(macro)) is not { } fitting)
            return new($"{found} None of the networks that ship fits; give yours with --model.");
        string same = macroOption is null ? "the same command with" : $"imc {command} --macro {macroOption}";
        return new($"{found} Of the networks that ship, {fitting.File} fits ({fitting.Input} inputs with {fitting.Weight} weights). "
            + "It is for CIFAR-10, so run 'imc data cifar10' once if that is not on this machine, "
            + $"then, in the repository's folder, '{same} --model weights/{fitting.File} --data {fitting.Data}'.");
    }
}
