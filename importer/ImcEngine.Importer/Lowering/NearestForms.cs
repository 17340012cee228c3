namespace ImcEngine.Importer.Lowering;

/// <summary>What to write in place of an operator that is not supported.</summary>
internal static class NearestForms
{
    /// <summary>Returns words in brackets, after a space; empty where nothing is near.</summary>
    public static string Of(string @operator) => Nearest(@operator) is { } form ? $" (nearest to it is {form})" : "";

    private static string? Nearest(string @operator) => @operator switch
    {
        "Hardmax" => "ArgMax, which names the class",
        "LpNormalization" => "Div by ReduceL1 or ReduceL2",
        "MeanVarianceNormalization" => "InstanceNormalization",
        "GlobalLpPool" or "LpPool" => "ReduceL1, ReduceL2, or AveragePool between Pow",
        "GatherElements" or "GatherND" => "Gather or Slice with constant indices",
        "NonMaxSuppression" or "RoiAlign" => "the tensor in front of it, named by --output",
        "If" or "Loop" or "Scan" => "the graph without control flow, exported for one image size with constants folded",
        "GRU" or "LSTM" or "RNN" => "a network of Conv and MatMul: no operator here keeps a state",
        "BiasGelu" or "FastGelu" or "FusedConv" or "FusedGemm" or "FusedMatMul" or "SkipLayerNormalization" or "QuickGelu" =>
            "the file as it was before OnnxRuntime's graph optimizations",
        _ => null,
    };
}
