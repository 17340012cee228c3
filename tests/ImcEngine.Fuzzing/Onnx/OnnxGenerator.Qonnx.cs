using static ImcEngine.Importer.Onnx.OnnxBuilder;

namespace ImcEngine.Fuzzing.Onnx;

/// <content>QONNX's quantizers.</content>
internal sealed partial class OnnxGenerator
{
    private static readonly string[] QonnxDomains = ["qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas"];
    private static readonly string[] Roundings = ["ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"];

    /// <summary>A layer with quantized input and weights, or a quantized activation.</summary>
    private Flow Qonnx(Flow x)
    {
        string domain = _random.OneOf<string>(QonnxDomains);
        var quantized = x with { Name = QonnxQuantizer(domain, x.Name, [], mayShift: true) };
        if (x.Shape.Length is not (1 or 3) || _random.OneIn(4)) return quantized;
        int outputs = _random.Between(1, MostChannels);
        long[] dims = x.IsPlanes ? [outputs, x.Shape[0], 1, 1] : [x.Shape[0], outputs];
        long[] perOutput = _random.OneIn(2) ? [] : x.IsPlanes ? [outputs, 1, 1, 1] : [1, outputs];
        string weights = QonnxQuantizer(domain, Constant(dims, Numbers(x.Shape[0] * outputs)), perOutput, mayShift: false);
        return x.IsPlanes
            ? new(_graph.Node("Conv", [quantized.Name, weights], Fresh("t")), outputs, x.Shape[1], x.Shape[2])
            : new(_graph.Node("MatMul", [quantized.Name, weights], Fresh("t")), outputs);
    }

    private string QonnxQuantizer(string domain, string tensor, long[] scaleDims, bool mayShift)
    {
        int scales = (int)scaleDims.Aggregate(1L, (product, size) => product * size);
        string scale = _graph.Floats(Fresh("k"), scaleDims, [.. Enumerable.Range(0, scales).Select(_ => QonnxScale())]);
        if (_random.OneIn(4)) return _graph.Foreign(domain, "BipolarQuant", [tensor, scale], Fresh("t"));
        int bits = _random.Between(1, 8);
        bool isSigned = _random.OneIn(2);
        float zero = mayShift && (!isSigned || bits > 1) && _random.OneIn(4) ? _random.Between(-3, 3) : 0;
        return _graph.Foreign(domain, _random.OneOf("Quant", "IntQuant"),
            [tensor, scale, _graph.Float(Fresh("k"), zero), _graph.Float(Fresh("k"), bits)], Fresh("t"),
            Attribute("signed", isSigned ? 1L : 0), Attribute("narrow", bits > 1 && _random.OneIn(3) ? 1L : 0),
            Attribute("rounding_mode", _random.OneOf<string>(Roundings)));
    }

    /// <summary>Powers of two, or a scale of which no drawn weight is a multiple:
    /// 2 / 0.1f is below 20 in double, where QONNX's formulas are evaluated, and 20 in OnnxRuntime's float32.</summary>
    private float QonnxScale() => _random.OneOf(0.0625f, 0.125f, 0.25f, 0.5f, 1f, 0.0993f);
}
