using System.Buffers.Binary;
using System.Security.Cryptography;
using ImcEngine.BitPlanes;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Data;
using ImcEngine.Kernels;
using ImcEngine.Macro;
using ImcEngine.Networks;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>
/// SHA-256 of the logits of one small network per preset (ARITHMETIC §6), over all logits as little-endian float32 in image order. A change of any of these
/// is a change of results: it raises numericsVersion, or it is a defect.
/// </summary>
public class PresetLogitsTests
{
    private const int Images = 8, CalibrationImages = 4;

    private sealed record Expected(OperandFormat Activation, OperandFormat Weight, QuantizerKind Quantizer, string Sha256);

    /// <summary>The encodings that a preset is for.</summary>
    private static readonly Dictionary<string, Expected> ByPreset = new()
    {
        ["c3sram-256x64"] = new(new(1, Encoding.Bipolar), new(1, Encoding.Bipolar), QuantizerKind.Sign, ""),
        ["d21-cifar-1bit"] = new(new(1, Encoding.Bipolar), new(1, Encoding.Bipolar), QuantizerKind.ThreeValuedSign, ""),
        ["d21-cifar-2bit"] = new(new(2, Encoding.Bipolar), new(2, Encoding.Bipolar), QuantizerKind.BipolarShifted, ""),
        ["d21-cifar-4bit"] = new(new(4, Encoding.Bipolar), new(4, Encoding.Bipolar), QuantizerKind.BipolarShifted, ""),
        ["d21-imagenet-2bit"] = new(new(2, Encoding.Unipolar), new(2, Encoding.Bipolar), QuantizerKind.Nearest, ""),
        ["d21-imagenet-4bit"] = new(new(4, Encoding.Unipolar), new(4, Encoding.TwosComplement), QuantizerKind.Nearest, ""),
        ["default"] = new(new(4, Encoding.Unipolar), new(4, Encoding.TwosComplement), QuantizerKind.Nearest, ""),
        ["ideal"] = new(new(8, Encoding.TwosComplement), new(8, Encoding.TwosComplement), QuantizerKind.Nearest, ""),
        ["xnor-256"] = new(new(3, Encoding.TwosComplement), new(2, Encoding.Bipolar), QuantizerKind.Nearest, ""),
        ["xnor-sram"] = new(new(1, Encoding.Bipolar), new(2, Encoding.Bipolar), QuantizerKind.ThreeValuedSign, ""),
    };

    private static readonly ImageSet Shapes = Shapes10.Render(Split.Test, Images), Others = Shapes10.Render(Split.Train, CalibrationImages);

    public static TheoryData<string> Presets { get; } = [.. MacroPresets.Names];

    [Theory]
    [MemberData(nameof(Presets))]
    public void A_presets_logits_are_those_committed_in_every_kernel(string preset)
    {
        Assert.True(ByPreset.TryGetValue(preset, out var expected), $"No logits are committed for preset '{preset}'.");
        var run = new RunSpec { Macro = MacroPresets.Get(preset) };
        var mapped = new MappedNetwork(TinyNetworks.Of(expected!.Activation, expected.Weight, expected.Quantizer), run.Macro);
        var calibration = Calibrator.Calibrate(mapped, run, Others, 2);
        var runner = new NetworkRunner(mapped, new(2));
        foreach (string? kernel in KernelRegistry.All.Where(kernel => kernel.IsAvailable).Select(kernel => kernel.Name).Prepend(null))
        {
            var die = new Die(mapped, run, calibration, kernel);
            string sha256 = Sha256(runner.Run(Shapes, die));
            Assert.True(expected.Sha256 == sha256, $"Preset {preset}, kernel {kernel ?? "of its own choice"} ({die.KernelNames}): {sha256} in place of {expected.Sha256}");
            if (kernel is not null) Assert.All(die.Layers, (layer, i) => Assert.Equal(ExpectedKernel(layer, kernel), layer.KernelName));
        }
    }

    /// <summary>Kernels with counters in their lanes take levels that are affine in the code; everything else goes to popcount, exact sums to the exact kernel.</summary>
    private static string ExpectedKernel(DieLayer layer, string kernel)
    {
        var adc = layer.Adcs.Transfers[0];
        if (adc.PassesSums) return "exact";
        return IntegerAdc.Of(adc, layer.Adcs.Unit).IsAffine(out _, out _) ? kernel : "popcount";
    }

    private static string Sha256(float[] logits)
    {
        byte[] bytes = new byte[logits.Length * sizeof(float)];
        for (int i = 0; i < logits.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), logits[i]);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
