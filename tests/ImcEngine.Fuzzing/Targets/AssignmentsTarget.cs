using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Macro;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Assignments of <c>--set</c>, one per line, on the default specification.
/// They make a valid specification or are refused.</summary>
internal sealed class AssignmentsTarget : IFuzzTarget
{
    private const int MostLines = 5;

    private static readonly string[] Values =
    [
        "5", "[0,128]", "mine", "null", "full", "calibrated", "digital", "xnor-256", "ideal", "{}", "[]", "{\"bits\":3}",
        "{\"kind\":\"list\",\"edges\":[1],\"levels\":[0,2]}",
        "{\"bits\":3,\"bits\":4}", "\"\\ud800\"", "true", "[[[", "list", "uniform", "table", "none", "d21-cifar", "[0.5,3]",
        "[0,2,6]", " 4 ", "",
    ];

    /// <summary>Assignments that are accepted alone.</summary>
    private static readonly string[] Sound =
    [
        "macro.rows=64", "macro.adc.bits=5", "macro.adc.levels=11", "macro.adc.range=full", "macro.adc.range=[0,128]",
        "macro.adc.lsbCounts=6.5", "macro.adc.kind=none",
        "macro.adc={\"kind\":\"list\",\"edges\":[1],\"levels\":[0,2]}", "macro.adc.ties=even", "macro.mapping=dense", "macro.name=mine",
        "macro=xnor-256", "macro=ideal",
        "macro.die.columnOffsetLsb=0.5", "macro.die.columnOffsetCounts=1", "macro.die.bitlineNoiseCounts=0.5",
        "macro.die.cellMismatchRelative=0.02", "macro.die=null",
        "macro.die.noiseProfile=noise.csv", "layers.conv1=digital", "layers.conv*.weightBits=8", "layers.fc.adc.bits=6", "layers.fc=null",
        "quantization.weightBits=2",
        "quantization.method=minmax", "calibration.count=64", "calibration.per=planePair", "calibration.data=images.bin",
        "layers.conv1.adc={\"kind\":\"none\"}",
    ];

    private static readonly string[] Globs = ["conv1", "layer4.*", "*", "w5", "", "a.adc", "digital", "adc.bits", "layers", "?"];

    private readonly string[] _fields = [.. SpecTarget.Words.Where(word => word.All(char.IsAsciiLetterOrDigit)).Distinct()];

    public string Name => "set";
    public string Extension => ".txt";
    public long MostAllocatedBytes => 256L << 20;

    public byte[] Make(CaseRandom random)
    {
        byte[] lines = TextMutations.Encode(string.Join('\n',
            Enumerable.Range(0, random.Between(1, MostLines)).Select(_ => random.OneIn(3) ? Drawn(random) : random.OneOf<string>(Sound))));
        return random.OneIn(12) ? ByteMutations.Mutate(random, lines, TextMutations.Encode(Drawn(random))) : lines;
    }

    public Acceptance Run(byte[] input, bool thorough)
    {
        SpecTarget.RequireRoundTrip(RunSpecJson.Set(RunSpecJson.Default, TextMutations.Decode(input).Split('\n')));
        return Acceptance.Accepted;
    }

    private string Drawn(CaseRandom random) => $"{Path(random)}={Value(random)}";

    private string Path(CaseRandom random) => random.Between(0, 9) switch
    {
        0 => "macro",
        1 or 2 or 3 => $"macro.adc.{Field(random)}",
        4 => $"macro.die.{Field(random)}",
        5 => $"macro.{Field(random)}",
        6 => $"quantization.{Field(random)}",
        7 => $"calibration.{Field(random)}",
        8 =>
            $"layers.{random.OneOf<string>(Globs)}{random.OneOf("", ".adc", ".digital", $".{Field(random)}", $".adc.{Field(random)}",
                $".adc.{Field(random)}.{Field(random)}")}",
        _ => $"{Field(random)}.{random.OneOf("", ".", "a", Field(random))}",
    };

    private string Field(CaseRandom random) => random.OneIn(3)
        ? random.OneOf("kind", "bits", "levels", "range", "lsbCounts", "edges", "rows", "name", "columnOffsetLsb", "columnOffsetCounts")
        : random.OneOf<string>(_fields);

    private static string Value(CaseRandom random) =>
        random.OneIn(3) ? TextMutations.Number(random, oddToo: true) : random.OneIn(8) ? TextMutations.Text(random)
            : random.OneOf<string>(Values);
}
