using System.Collections.Concurrent;
using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>One small network per preset, in the encodings that the preset is for, on its macro;
/// and images to run and to calibrate it on.</summary>
internal sealed class PresetNetworks
{
    private const int Images = 8, CalibrationImages = 4;

    private static readonly Dictionary<string, (OperandFormat Activation, OperandFormat Weight, QuantizerKind Quantizer)> Encodings = new()
    {
        ["c3sram-256x64"] = (new(1, OperandEncoding.Bipolar), new(1, OperandEncoding.Bipolar), QuantizerKind.Sign),
        ["cr-cim"] = (new(4, OperandEncoding.Unipolar), new(4, OperandEncoding.TwosComplement), QuantizerKind.Nearest),
        ["d21-cifar-1bit"] = (new(1, OperandEncoding.Bipolar), new(1, OperandEncoding.Bipolar), QuantizerKind.ThreeValuedSign),
        ["d21-cifar-2bit"] = (new(2, OperandEncoding.Bipolar), new(2, OperandEncoding.Bipolar), QuantizerKind.BipolarShifted),
        ["d21-cifar-4bit"] = (new(4, OperandEncoding.Bipolar), new(4, OperandEncoding.Bipolar), QuantizerKind.BipolarShifted),
        ["d21-imagenet-2bit"] = (new(2, OperandEncoding.Unipolar), new(2, OperandEncoding.Bipolar), QuantizerKind.Nearest),
        ["d21-imagenet-4bit"] = (new(4, OperandEncoding.Unipolar), new(4, OperandEncoding.TwosComplement), QuantizerKind.Nearest),
        ["default"] = (new(4, OperandEncoding.Unipolar), new(4, OperandEncoding.TwosComplement), QuantizerKind.Nearest),
        ["ideal"] = (new(8, OperandEncoding.TwosComplement), new(8, OperandEncoding.TwosComplement), QuantizerKind.Nearest),
        ["jia-jssc2020"] = (new(4, OperandEncoding.Unipolar), new(4, OperandEncoding.TwosComplement), QuantizerKind.Nearest),
        ["pico-ram"] = (new(4, OperandEncoding.Unipolar), new(4, OperandEncoding.TwosComplement), QuantizerKind.Nearest),
        ["ternary-bscha"] = (new(7, OperandEncoding.Unipolar), OperandFormat.Ternary, QuantizerKind.Nearest),
        ["wang-vlsi2022"] = (new(4, OperandEncoding.Unipolar), new(4, OperandEncoding.TwosComplement), QuantizerKind.Nearest),
        ["xnor-256"] = (new(3, OperandEncoding.TwosComplement), new(2, OperandEncoding.Bipolar), QuantizerKind.Nearest),
        ["xnor-sram"] = (new(1, OperandEncoding.Bipolar), new(2, OperandEncoding.Bipolar), QuantizerKind.ThreeValuedSign),
    };

    /// <summary>Calibrated once for all tests; nothing in one changes.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<PresetNetworks>> Made = new();

    private PresetNetworks(string preset)
    {
        Assert.True(Encodings.TryGetValue(preset, out var encoding), $"No network is made for preset '{preset}'.");
        // An ideal die, which every kernel takes. The dies of presets run in PublishedChipsTests.
        Run = new() { Macro = MacroPresets.Get(preset) with { Die = new() } };
        Mapped = new(TinyNetworks.Of(encoding.Activation, encoding.Weight, encoding.Quantizer), Run.Macro);
        Calibration = Calibrator.Calibrate(Mapped, Run, Shapes10.Render(Split.Train, CalibrationImages), 2);
    }

    public static ImageSet Shapes { get; } = Shapes10.Render(Split.Test, Images);

    public static TheoryData<string> Presets { get; } = [.. MacroPresets.Names];

    public RunSpec Run { get; }
    public MappedNetwork Mapped { get; }
    public Calibration Calibration { get; }

    public static PresetNetworks Of(string preset) => Made.GetOrAdd(preset, name => new(() => new(name))).Value;
}
