using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Macro;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Calibrations. One that is accepted is written and read again without a change.</summary>
internal sealed class CalibrationTarget : IFuzzTarget
{
    private static readonly string[] Seeds =
    [
        new Calibration(new(256, MappingKind.WholeTaps, false), new string('0', 64),
            new Dictionary<string, LayerCalibration> { ["conv1"] = new(16, [new(0, 90)]), ["fc"] = new(11, [new(-60.5, 60)]) }).Write(),
        new Calibration(new(64, MappingKind.Dense, true, 2, 1, 4, SignPlaneKind.Own), new string('f', 64),
            new Dictionary<string, LayerCalibration> { ["a.b"] = new(2, [new(0, 1), new(0, 2), new(1, 3), new(-1, 5)], 2) }).Write(),
    ];

    private readonly JsonMutations _mutations = new(Seeds, SpecTarget.Words);

    public string Name => "calibration";
    public string Extension => ".json";
    public long MostAllocatedBytes => 64L << 20;

    public byte[] Make(CaseRandom random) => _mutations.Make(random);

    public Acceptance Run(byte[] input, bool thorough)
    {
        string text = Calibration.Read(TextMutations.Decode(input)).Write();
        SpecTarget.RequireSame("a written calibration reads as another", text, () => Calibration.Read(text).Write());
        return Acceptance.Accepted;
    }
}
