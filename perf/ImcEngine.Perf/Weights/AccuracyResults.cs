using System.Text.Json;
using System.Text.Json.Serialization;
using ImcEngine.Macro;

namespace ImcEngine.Perf.Weights;

/// <summary>Everything that decides a network's accuracies besides the settings of the points.</summary>
/// <param name="OnnxSha256">SHA-256 of the network's file.</param>
/// <param name="FloatSha256">SHA-256 of the float network's file.</param>
/// <param name="DataSha256">SHA-256 of the evaluated images.</param>
/// <param name="CalibrationDataSha256">SHA-256 of the images that ADC ranges are calibrated on.</param>
/// <param name="Images">The number of images evaluated.</param>
/// <param name="NumericsVersion">Numerics version of the engine.</param>
internal sealed record AccuracyInputs(string OnnxSha256, string FloatSha256, string DataSha256, string CalibrationDataSha256, int Images,
    int NumericsVersion);

/// <summary>Top-1 on the macro at one setting.</summary>
internal sealed record AccuracyPoint(int Rows, RangeKind Range, int Bits, double ImcTop1);

/// <param name="Network">Its precision as in its file name, e.g. <c>w4a4</c>.</param>
/// <param name="FloatTop1">Top-1 of the float network, by OnnxRuntime.</param>
/// <param name="DigitalTop1">Top-1 of this network with exact sums.</param>
/// <param name="Points">Points by rows, then ranges, then bits; those not measured yet are missing.</param>
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

    /// <exception cref="ImcException">The text does not hold such results.</exception>
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

    /// <summary>Returns the results with a network's accuracies in place of its earlier ones.</summary>
    public AccuracyResults With(NetworkAccuracy network) =>
        new([.. Networks.Where(each => each.Network != network.Network).Append(network)
            .OrderBy(each => each.Network, StringComparer.Ordinal)]);
}
