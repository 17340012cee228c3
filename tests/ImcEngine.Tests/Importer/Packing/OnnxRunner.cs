using ImcEngine.Importer.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace ImcEngine.Tests.Importer.Packing;

/// <summary>Runs a model in OnnxRuntime.</summary>
internal static class OnnxRunner
{
    /// <param name="shape">Of the only input.</param>
    /// <returns>The only output.</returns>
    public static float[] Run(OnnxModel model, float[] input, params long[] shape)
    {
        using var session = new InferenceSession(OnnxFile.ToBytes(model));
        return Run(session, input, shape);
    }

    public static float[] Run(InferenceSession session, float[] input, params long[] shape)
    {
        using var tensor = OrtValue.CreateTensorValueFromMemory(input, shape);
        using var results = session.Run(new RunOptions(), [session.InputNames[0]], [tensor], [session.OutputNames[0]]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
