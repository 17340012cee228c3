using System.Buffers.Binary;
using System.Security.Cryptography;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>
/// SHA-256 of the logits of one small network per preset (ARITHMETIC §6), over all logits as little-endian float32 in image order. A change
/// of any of these is a change of results: it raises numericsVersion, or it is a defect, or the preset itself was changed.
/// </summary>
public class PresetLogitsTests
{
    private static readonly Dictionary<string, string> Sha256OfLogits = new()
    {
        ["c3sram-256x64"] = "83361af5bb0ae33c9a575c1c167d33bd38a84c7d4927d95dbfbd8afab1d6bc60",
        ["cr-cim"] = "2dd11784e8705e007156af7eb3876112e16ad57fb0472a7d0261cdc45fccfcc7",
        ["d21-cifar-1bit"] = "a2c6cc0da7ac26a307d3c374a6196373ac0202206e25aa07efda747bcac265a9",
        ["d21-cifar-2bit"] = "f921178800ee51e14f600764a02a3436855f96b13265c1946fb702f53d85c76d",
        ["d21-cifar-4bit"] = "7228522e33ccfe7f392a323840709e087f1d4d470b72e6056f6b45c554ed7beb",
        ["d21-imagenet-2bit"] = "43d19a0718a2109b6cf45ae090547142a9380bf5756fdc9661118819f16844cf",
        ["d21-imagenet-4bit"] = "2dd11784e8705e007156af7eb3876112e16ad57fb0472a7d0261cdc45fccfcc7",
        ["default"] = "9d19a9948f83a9b915194fc737fc859c6884fa6d4fddecae9ae1ef9c3b9e598f",
        ["ideal"] = "90efa11f6c7250ea7407a75df58292fed7acb30598ac28bc42036ee9701e3b6b",
        ["jia-jssc2020"] = "2dd11784e8705e007156af7eb3876112e16ad57fb0472a7d0261cdc45fccfcc7",
        ["pico-ram"] = "5bf228ed023a392d43527ce8ae38936cf561edd4dfdcab6eea0f252defc2d17a",
        ["ternary-bscha"] = "fca3a9322d6e82eb073b70268cce668f8e1f5a878152c54bb70e4965e233d2bd",
        ["wang-vlsi2022"] = "5b1ff2466cd101322a9399e759c635e6a8c33a229ee2a4358ba61453ddc5bd33",
        ["xnor-256"] = "165b64c6652b3258de72eee790db6e51d3a9a9f7f332df957b89935c54d4d2f3",
        ["xnor-sram"] = "266822f893440fcdf42306e58e41e4c211c428c2b8e05b80123874a114faaeb6",
    };

    private static readonly Dictionary<string, string> Sha256OfLogitsOnADie = new()
    {
        ["c3sram-256x64"] = "1639fc28325b64b4c8bca84b3aa40e0a50e11a53cadec3582809857e96d93d45",
        ["cr-cim"] = "02cea88a7c6280bbfc715be737ec7a60b0c7e485491403c53ccaa86523cdc92d",
        ["d21-cifar-1bit"] = "f3fd3fef81df6aa9935066bb0f908fa38e28d48833268497ca6ed28a218684c6",
        ["d21-cifar-2bit"] = "7349fd634792760221e3bcb830ddcfb712358a09697c82d90bfaaf202554f798",
        ["d21-cifar-4bit"] = "b69c589400144f879ccc2e3977552ae38e6ffcc537b328b01560f42480bce5af",
        ["d21-imagenet-2bit"] = "96f38ecfb3c72b3b1857923c5cc43e81a1107476315bfed1439f558ff465fd99",
        ["d21-imagenet-4bit"] = "1b6f6c7f338b337e2d3b170eaedf3a3aa84311f0f80a68f4b83a205f5f17772e",
        ["default"] = "2cab97618822b179b748ab64583bf80f5cc5bee7bce099ba2440bc6db53e9404",
        ["ideal"] = "f9ad71c63903f8701d0f77fd51df0a2191063e174ead4a78a3a63b27b8fff1d2",
        ["jia-jssc2020"] = "d747ed5cb9c4f22e3528359a8cfde07b007cd1c8444535a5179ba1bd88be8857",
        ["pico-ram"] = "7771489da6e82cae2de521b6b9f873bfc717319baf949ce7c9a7911c01a402b6",
        ["ternary-bscha"] = "cd40eb3065e6cb72b546e6ee739fa48f8d3ef20ec05c9222b0ce55d8cd08634d",
        ["wang-vlsi2022"] = "e256e62fb8d79c90fb22f869d629dcff9e947b8849d86b2c8050f90cf9577207",
        ["xnor-256"] = "ed846f42c09358c50c663f47741ce5ba30c1752fee5314ddf8b38447513cc81b",
        ["xnor-sram"] = "0e0d738d00d12d84fedc5e8030ac895eacd1a58f1028ba7583ad812f07086888",
    };

    [Theory]
    [MemberData(nameof(PresetNetworks.Presets), MemberType = typeof(PresetNetworks))]
    public void A_presets_logits_on_a_die_with_everything_on_are_those_committed(string preset)
    {
        var network = PresetNetworks.Of(preset);
        var run = network.Run with { Macro = network.Run.Macro with { Die = EverythingOn(network.Run.Macro.Adc.Kind) } };
        var mapped = new MappedNetwork(network.Mapped.Network, run.Macro);
        var die = new Die(mapped, run, network.Calibration, seed: 5);
        string sha256 = Sha256(new NetworkRunner(mapped, new(2)).Run(PresetNetworks.Shapes, die, noise: new(7)));
        Assert.All(die.Layers, layer => Assert.Equal("per-conversion", layer.KernelName));
        Assert.True(Sha256OfLogitsOnADie.GetValueOrDefault(preset) == sha256,
            $"Preset {preset} on a die: {sha256} in place of the committed hash");
    }

    /// <summary>Without edges only cells and bitlines can err; a measured table errs by itself.</summary>
    private static DieSpec EverythingOn(AdcKind kind) => kind switch
    {
        AdcKind.None =>
            new() { CellMismatchRelative = 0.01, BitlineNoiseCounts = 0.3, StuckAtZeroRelative = 0.001, StuckAtOneRelative = 0.001 },
        AdcKind.Table => new(),
        _ => new()
        {
            CellMismatchRelative = 0.01, ColumnOffsetCounts = 0.3, GainErrorRelative = 0.01, EdgeErrorLsb = 0.1, BitlineNoiseCounts = 0.3,
            ComparatorNoiseLsb = 0.1,
            ParasiticRelative = 0.1, ReferenceTracksParasitic = false, StuckAtZeroRelative = 0.001, StuckAtOneRelative = 0.001,
        },
    };

    [Theory]
    [MemberData(nameof(PresetNetworks.Presets), MemberType = typeof(PresetNetworks))]
    public void A_presets_logits_are_those_committed_in_every_kernel(string preset)
    {
        var network = PresetNetworks.Of(preset);
        var runner = new NetworkRunner(network.Mapped, new(2));
        foreach (string? kernel in KernelRegistry.All.Where(kernel => kernel.IsAvailable).Select(kernel => kernel.Name).AtLeastOne()
            .Prepend(null))
        {
            var die = new Die(network.Mapped, network.Run, network.Calibration, kernel);
            string sha256 = Sha256(runner.Run(PresetNetworks.Shapes, die)), committed = Sha256OfLogits[preset];
            Assert.True(committed == sha256,
                $"Preset {preset}, kernel {kernel ?? "of its own choice"} ({die.KernelNames}): {sha256} in place of {committed}");
            // Digits that a kernel has no program for go to another.
            if (kernel is not null && network.Mapped.Layers[0].Map.ConvertsPlanes)
                Assert.All(die.Layers, layer => Assert.Equal(ExpectedKernel(layer, kernel), layer.KernelName));
        }
    }

    /// <summary>Every kernel takes every preset's levels, D21's cut to two decimals too;
    /// exact sums go to the exact kernel, tables to the die's.</summary>
    private static string ExpectedKernel(DieLayer layer, string kernel) =>
        layer.Adcs.Transfers[0].PassesSums ? "exact" : layer.Adcs.Table is not null ? "per-conversion" : kernel;

    private static string Sha256(float[] logits)
    {
        byte[] bytes = new byte[logits.Length * sizeof(float)];
        for (int i = 0; i < logits.Length; i++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), logits[i]);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
