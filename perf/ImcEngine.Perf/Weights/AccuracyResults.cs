using System.Text.Json;
using System.Text.Json.Serialization;
using ImcEngine.Macro;

namespace ImcEngine.Perf.Weights;

/// <summary>Everything that decides a network's accuracies, besides the settings of their points.</summary>
/// <param name="OnnxSha256">Of the network's file.</param>
/// <param name="FloatSha256">Of the float network's file.</param>
/// <param name="DataSha256">Of the evaluated images.</param>
/// <param name="CalibrationDataSha256">Of the images that ADC ranges are calibrated on.</param>
/// <param name="Images">Evaluated.</param>
/// <param name="NumericsVersion">Of the engine.</param>
internal sealed record AccuracyInputs(string OnnxSha256, string FloatSha256, string DataSha256, string CalibrationDataSha256, int Images,
    int NumericsVersion);

/// <summary>Top-1 on the macro at one setting.</summary>
internal sealed record AccuracyPoint(int Rows, RangeKind Range, int Bits, double ImcTop1);

/// <param name="Network">Its precision as its file's name has it, e.g. <c>w4a4</c>.</param>
/// <param name="FloatTop1">Of the float network, by OnnxRuntime.</param>
/// <param name="DigitalTop1">Of this network with exact sums.</param>
/// <param name="Points">Rows, then ranges, then bits; those not measured yet are missing.</param>
internal sealed record NetworkAccuracy(string Network, AccuracyInputs Inputs, double FloatTop1, double DigitalTop1,
    IReadOnlyList<AccuracyPoint> Points);

/// <summary>What <c>weights/accuracy.json</c> holds.</summary>
/// <param name="Networks">By name.</param>
internal sealed record AccuracyResults(IReadOnlyList<NetworkAccuracy> Networks)
{
    public const string File = "weights/accuracy.json", Float = "fp32";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <param name="network">A precision, or <see cref="Float"/>.</param>
    /// <returns>Relative to the repository's root.</returns>
    public static string OnnxFileOf(string network) => $"weights/resnet18-cifar10-{network}.onnx";

    /// <exception cref="ImcException">The text is no such results.</exception>
    public static AccuracyResults Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<AccuracyResults>(json, Json) ?? throw new JsonException("it is null.");
        }
        catch (JsonException e)
        {
            throw new ImcException($"'{File}' does not hold what 'weights' writes: "
                + $"{e.Message} Restore it from version control, or delete it and measure again.", e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    public NetworkAccuracy? Find(string network, AccuracyInputs inputs) =>
        Networks.FirstOrDefault(each => each.Network == network && each.Inputs == inputs);

    /// <summary>The same with one network's accuracies in place of those it had.</summary>
    public AccuracyResults With(NetworkAccuracy network) =>
        new([.. Networks.Where(each => each.Network != network.Network).Append(network)
            .OrderBy(each => each.Network, StringComparer.Ordinal)]);
}
