using System.Text.Json.Serialization;

namespace ImcEngine.Evaluation.Verification;

internal sealed record OperandJson
{
    public required int Bits { get; init; }
    public required string Encoding { get; init; }
    public required double Scale { get; init; }
}

internal sealed record AdcJson
{
    public required int[] Thresholds { get; init; }
    public required double[] Levels { get; init; }
}

/// <summary>The contents of case.json. Unknown fields are ignored; shapes are taken from the arrays.</summary>
internal sealed record CaseJson
{
    public required string Operator { get; init; }
    public required OperandJson Input { get; init; }
    public required OperandJson Weight { get; init; }
    public required int Rows { get; init; }
    public required string Mapping { get; init; }
    public required AdcJson Adc { get; init; }
    public int[]? Strides { get; init; }
    public int[]? Pads { get; init; }
    public int[]? Dilations { get; init; }
    public int? Groups { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CaseJson))]
internal sealed partial class ConformanceJsonContext : JsonSerializerContext;
