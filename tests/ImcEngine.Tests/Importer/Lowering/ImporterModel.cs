using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Small models from x <c>[batch, 3, 32, 32]</c> to y.</summary>
internal static class ImporterModel
{
    /// <param name="body">Makes y.</param>
    /// <param name="opset">Below 9: with IR 3, whose initializers are inputs too.</param>
    /// <param name="input">With the batch, -1.</param>
    /// <param name="type">Element type of the input.</param>
    /// <param name="outputType">Element type of y.</param>
    public static OnnxModel Of(Action<OnnxBuilder> body, int opset = 21, long[]? input = null, OnnxDataType type = OnnxDataType.Float,
        OnnxDataType outputType = OnnxDataType.Float)
    {
        var builder = new OnnxBuilder("test", opset, opset < 9 ? 3 : opset < 21 ? 7 : 10);
        builder.Input("x", input ?? [-1, 3, 32, 32]);
        body(builder);
        var model = builder.Build();
        model.Graph!.Inputs[0].Type!.Tensor!.ElementType = (int)type;
        model.Graph.Outputs.Add(new() { Name = "y", Type = new() { Tensor = new() { ElementType = (int)outputType } } });
        return model;
    }

    /// <summary>The model is refused with a message that holds all parts.</summary>
    public static void IsRefused(OnnxModel model, params string[] parts)
    {
        string message =
            Assert.Throws<ModelException>(() => NetworkImporter.Import(OnnxFile.Read(new MemoryStream(OnnxFile.ToBytes(model))))).Message;
        foreach (string part in parts) Assert.Contains(part, message, StringComparison.Ordinal);
    }

    /// <summary>One quantized layer, <c>x -> codes -> Conv</c>, whose result is y: what a macro runs.</summary>
    public static OnnxModel Quantized(long[] input, Action<OnnxModel>? change = null)
    {
        var model = Of(b =>
        {
            b.Float("step", 0.125f);
            b.Codes("zero", [], [0], OnnxDataType.UInt8);
            b.Codes("c.weight", [10, input[1], 1, 1], [.. Enumerable.Range(0, 10 * (int)input[1]).Select(i => (i % 15) - 7)],
                OnnxDataType.Int8);
            b.Node("QuantizeLinear", ["x", "step", "zero"], "q");
            b.Node("DequantizeLinear", ["q", "step", "zero"], "d");
            b.Node("DequantizeLinear", ["c.weight", "step"], "w");
            b.Node("Conv", ["d", "w"], "c");
            b.Node("GlobalAveragePool", ["c"], "p");
            b.Node("Flatten", ["p"], "y");
        }, input: input);
        change?.Invoke(model);
        return model;
    }
}
