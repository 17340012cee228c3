using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cli;

/// <summary>A network in <c>weights/</c>.</summary>
/// <param name="File">Its name.</param>
/// <param name="Data">That it was trained for, as <c>--data</c> has it.</param>
/// <param name="Input">Of the layers on the macro.</param>
/// <param name="Weight">Likewise.</param>
internal sealed record ShippedNetwork(string File, string Data, OperandFormat Input, OperandFormat Weight)
{
    public bool Fits(MacroSpec macro) => macro.Forms(CellProducts.Of(Input.Encoding, Weight.Encoding)) && (macro.Family is not { } family || ModelFamilies.OperandsOf(family) == (Input, Weight));
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

    /// <summary>The file of the first.</summary>
    public static string Default => Path.Combine(AppContext.BaseDirectory, "weights", All[0].File);

    /// <param name="given">As <c>--macro</c> has it; null where another option makes the macro.</param>
    /// <param name="command">That runs, e.g. <c>compare</c>.</param>
    /// <exception cref="ImcException">The network that runs where none is named has other operands than the macro takes; the message names one that has them.</exception>
    public static void RequireDefaultFits(MacroSpec macro, string? given, string command)
    {
        var usual = All[0];
        if (usual.Fits(macro)) return;
        string operands = macro.Family is { } family && ModelFamilies.OperandsOf(family) is var (input, weight) ? $"{input} inputs with {weight} weights" : LayerMap.OperandsOf(macro.Cell);
        string found = $"Macro '{macro.Name}' takes {operands}; the network that runs where --model names none, {usual.File}, has {usual.Input} inputs with {usual.Weight} weights.";
        if (All.FirstOrDefault(network => network.Fits(macro)) is not { } fitting) throw new ImcException($"{found} None of the networks that ship fits; give yours with --model.");
        string same = given is null ? "the same command with" : $"imc {command} --macro {given}";
        throw new ImcException($"{found} Of the networks that ship, {fitting.File} fits ({fitting.Input} inputs with {fitting.Weight} weights). It is for CIFAR-10, so run 'imc data cifar10' once if that is not on this machine, "
            + $"then, in the repository's folder, '{same} --model weights/{fitting.File} --data {fitting.Data}'.");
    }
}
