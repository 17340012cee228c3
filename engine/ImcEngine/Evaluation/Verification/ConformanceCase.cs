using System.Text.Json;
using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Evaluation.Verification;

/// <summary>
/// A layer with a known result: a folder with case.json, input.npy, weight.npy and result.npy.
/// <code>
/// operator          conv: input [image, channel, y, x], weight [outputChannel, channel, y, x];
///                   linear: [image, feature], [outputFeature, feature]
/// input, weight     bits b, encoding, scale; codes count 0 .. 2^b - 1 (two's complement: signed); number = scale * code' / D
/// rows, mapping, strides, pads
/// adc               thresholds t (integers), levels l: partial sum s becomes l[number of t with t &lt;= s]
/// result            float32, sum of plane weights * level, times both scales, divided by both D
/// </code>
/// </summary>
internal sealed class ConformanceCase
{
    private ConformanceCase(VerificationCase verification, double resultScale, float[] expected)
    {
        Case = verification;
        ResultScale = resultScale;
        Expected = expected;
    }

    public string Name => Case.Name;
    public VerificationCase Case { get; }

    /// <summary>The real number that one count stands for: the product of both steps.</summary>
    public double ResultScale { get; }

    /// <summary>The expected results, <c>[image, outputChannel, pixel]</c>.</summary>
    public IReadOnlyList<float> Expected { get; }

    public static bool IsCaseFolder(string folder) => File.Exists(Path.Combine(folder, "case.json"));

    /// <exception cref="ImcException">The folder does not hold a complete, consistent case.</exception>
    public static ConformanceCase Load(string folder)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        var json = ReadJson(Path.Combine(folder, "case.json"));
        var input = NpyFile.Read(Path.Combine(folder, "input.npy"));
        var weight = NpyFile.Read(Path.Combine(folder, "weight.npy"));
        var result = NpyFile.Read(Path.Combine(folder, "result.npy"));
        try
        {
            return Make(name, json, input, weight, result);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException or SpecException)
        {
            throw new ImcException($"Conformance case '{name}': {e.Message}", e);
        }
    }

    /// <summary>Converts accumulators in the case's unit to real results.</summary>
    public double[] ToReal(ReadOnlySpan<long> acc)
    {
        double perAcc = Case.Unit == AccumulationUnit.Levels ? ResultScale / AdcTransfer.LevelsPerCount : ResultScale;
        var real = new double[acc.Length];
        for (int n = 0; n < real.Length; n++) real[n] = acc[n] * perAcc;
        return real;
    }

    private static ConformanceCase Make(string name, CaseJson json, NpyFile input, NpyFile weight, NpyFile result)
    {
        var geometry = Geometry(name, json, input.Shape, weight.Shape);
        var inputFormat = Format(json.Input, "input");
        var weightFormat = Format(json.Weight, "weight");
        CellProducts.ForEncodings(inputFormat.Encoding, weightFormat.Encoding);
        var layer = new ReferenceLayer(geometry, inputFormat, weightFormat, Codes(weight, weightFormat, "weight.npy"));
        var macro = new MacroSpec { Name = name, Rows = json.Rows, Mapping = Mapping(json.Mapping), LegacyOverfull = true };
        var verification = new VerificationCase(name, layer, Codes(input, inputFormat, "input.npy"), macro, Transfer(json.Adc));
        int[] expectedShape = geometry.IsLinear ? [input.Shape[0], geometry.OutputChannels]
            : [input.Shape[0], geometry.OutputChannels, geometry.OutputHeight, geometry.OutputWidth];
        if (!result.Shape.SequenceEqual(expectedShape))
            throw new ArgumentException($"result.npy has shape ({string.Join(", ", result.Shape)}), "
                + $"the layer's result has ({string.Join(", ", expectedShape)})");
        return new(verification, json.Input.Scale * json.Weight.Scale / inputFormat.Denominator / weightFormat.Denominator,
            result.ToSingle());
    }

    private static ConvGeometry Geometry(string name, CaseJson json, IReadOnlyList<int> input, IReadOnlyList<int> weight)
    {
        int rank = json.Operator switch
        {
            "conv" => 4,
            "linear" => 2,
            _ => throw new FormatException($"operator '{json.Operator}' is unknown; supported are conv and linear"),
        };
        if (input.Count != rank || weight.Count != rank || input[0] < 1)
            throw new ArgumentException($"a {json.Operator} needs input and weight of {rank} axes and at least one image; "
                + $"found ({string.Join(", ", input)}) and ({string.Join(", ", weight)})");
        if (json.Rows < 1) throw new ArgumentException($"rows is {json.Rows}; it must be positive");
        int groups = json.Groups ?? 1;
        if (groups < 1 || input[1] != (long)weight[1] * groups)
            throw new ArgumentException($"input has {input[1]} channels, weight {weight[1]} in {groups} groups");
        if (rank == 2) return ConvGeometry.Linear(input[1], weight[0]).Validated(name);
        int[] strides = Sizes(json.Strides, [1, 1], "strides"), pads = Sizes(json.Pads, [0, 0, 0, 0], "pads"),
            dilations = Sizes(json.Dilations, [1, 1], "dilations");
        return new ConvGeometry
        {
            InputChannels = input[1], InputHeight = input[2], InputWidth = input[3],
            OutputChannels = weight[0], KernelHeight = weight[2], KernelWidth = weight[3],
            StrideY = strides[0], StrideX = strides[1],
            PadTop = pads[0], PadLeft = pads[1], PadBottom = pads[2], PadRight = pads[3],
            DilationY = dilations[0], DilationX = dilations[1],
            Groups = groups,
        }.Validated(name);
    }

    private static int[] Sizes(int[]? given, int[] absent, string field)
    {
        if (given is not null && given.Length != absent.Length)
            throw new ArgumentException($"{field} has {given.Length} numbers; {absent.Length} are needed");
        return given ?? absent;
    }

    private static OperandFormat Format(OperandJson operand, string what) =>
        OperandFormat.Parse($"{operand.Encoding}:{operand.Bits}").Validated(what);

    /// <summary>Converts codes from files: bipolar codes are 0 .. 2^b - 1 in the files and odd integers in the engine.</summary>
    private static short[] Codes(NpyFile file, OperandFormat format, string what)
    {
        short[] codes = file.ToInt16();
        for (int n = 0; n < codes.Length; n++)
        {
            int code = format.Encoding == OperandEncoding.Bipolar ? (2 * codes[n]) - format.Denominator : codes[n];
            if (!format.Holds(code))
                throw new ArgumentException($"{what} holds code {codes[n]} at flat index {n}, which {format} does not have");
            codes[n] = (short)code;
        }
        return codes;
    }

    private static MappingKind Mapping(string text) => text switch
    {
        "whole-taps" => MappingKind.WholeTaps,
        "single-tap" => MappingKind.SingleTap,
        "dense" => MappingKind.Dense,
        _ => throw new FormatException($"mapping '{text}' is unknown; supported are whole-taps, single-tap and dense"),
    };

    /// <summary>Makes the ADC. The edges are t - 1/2: an integer s is at least t exactly when it exceeds t - 1/2.</summary>
    private static AdcTransfer Transfer(AdcJson adc)
    {
        if (adc.Levels.Distinct().Count() < 2) throw new ArgumentException("adc.levels must hold at least two different levels");
        return new([.. adc.Thresholds.Select(t => t - 0.5)], adc.Levels, TieRule.Down, AdcTransfer.LsbOf(adc.Levels),
            AccumulationUnit.Levels);
    }

    private static CaseJson ReadJson(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(InputFile.ReadAllText(path, "conformance case"), ConformanceJsonContext.Default.CaseJson)
                ?? throw new ImcException($"'{path}' contains null; a conformance case is a JSON object.");
        }
        catch (JsonException e)
        {
            throw new ImcException($"Cannot read conformance case '{path}': {e.Message}", e);
        }
    }
}
