using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Reference;
using ImcEngine.Tests.Architecture;
using ImcEngine.Tests.Networks.Digital;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>
/// The layers of ResNet18 at 224x224, at full size and with drawn weights, on D21's presets for ImageNet: the kernels' results for one
/// image and for several together are those of the normative reference, which computes some output channels at some pixels: at corners,
/// edges and inside.
/// </summary>
[Trait(ChildTestRun.InChildren, ChildTestRun.Never)]
public class ImageNetLayersTests
{
    private const int Together = 3;
    private const uint Seed = 37;

    public static TheoryData<string, int, int, int, int, int> Layers
    {
        get
        {
            var layers = new TheoryData<string, int, int, int, int, int>();
            foreach (string preset in new[] { "d21-imagenet-2bit", "d21-imagenet-4bit" })
            {
                layers.Add(preset, 64, 64, 56, 3, 1);
                layers.Add(preset, 64, 128, 56, 3, 2);
                layers.Add(preset, 64, 128, 56, 1, 2);
                layers.Add(preset, 128, 128, 28, 3, 1);
                layers.Add(preset, 256, 256, 14, 3, 1);
                layers.Add(preset, 256, 512, 14, 3, 2);
                layers.Add(preset, 256, 512, 14, 1, 2);
                layers.Add(preset, 512, 512, 7, 3, 1);
            }
            return layers;
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Kernels_give_the_references_results(string preset, int inputs, int outputs, int size, int kernel, int stride)
    {
        var run = new RunSpec { Macro = MacroPresets.Get(preset) };
        var network = LayerOf(ModelFamilies.OperandsOf(run.Macro.Family!.Value), new()
        {
            InputChannels = inputs, OutputChannels = outputs, InputHeight = size, InputWidth = size, KernelHeight = kernel,
            KernelWidth = kernel, StrideY = stride, StrideX = stride, PadTop = kernel / 2, PadLeft = kernel / 2, PadBottom = kernel / 2,
            PadRight = kernel / 2,
        });
        var node = network.MacroLayers[0];
        var mapped = new MappedNetwork(network, run.Macro);
        var die = new Die(mapped, run, null);
        float[][] images = [.. Enumerable.Range(0, Together).Select(image => Activations(node, (uint)image))];

        var states = images.Select(_ => new ImageState(new(mapped.Prepared, new(1)))).ToArray();
        for (int i = 0; i < Together; i++)
        {
            states[i].Start(default);
            images[i].CopyTo(states[i].Floats(0));
        }
        die.ProgramFor(Together).Run(states);
        for (int i = 0; i < Together; i++)
        {
            float[] alone = new NetworkRunner(mapped, new(1)).Observe(images[i], die, null);
            Floats.AssertSameBits(alone, states[i].Floats(network.OutputTensor), $"image {i} with others");
        }

        float[] result = states[^1].Floats(network.OutputTensor).ToArray();
        short[] codes = Array.ConvertAll(images[^1], element => (short)element);
        var g = node.Geometry;
        int last = g.OutputWidth - 1, middle = last / 2;
        foreach (var (y, x) in new[] { (0, 0), (0, middle), (last, last), (middle, last), (middle, middle), (last / 3, 2 * last / 3) })
            foreach (int output in new[] { 0, 1, outputs / 2, outputs - 1 })
                Assert.Equal(Expected(node, run.Macro, die.Layers[0].Adcs.Transfers[0], codes, output, y, x),
                    result[(output * g.OutputHeight + y) * g.OutputWidth + x]);
    }

    /// <summary>A network of one layer, whose input is the codes themselves.</summary>
    private static Network LayerOf((OperandFormat Input, OperandFormat Weight) operands, ConvGeometry g)
    {
        var random = new CaseRandom(Seed, 0);
        var weight = operands.Weight;
        int most = weight.MaxCode;
        short[] codes = [.. Enumerable.Range(0, (int)g.WeightCount).Select(_ =>
            (short)(weight.Encoding == OperandEncoding.Bipolar ? 2 * random.Between(0, most) - most : random.Between(-most, most)))];
        double[] scales = [.. Enumerable.Range(0, g.OutputChannels).Select(_ => random.Between(1, 1000) / 4096.0)];
        double[] shifts = [.. Enumerable.Range(0, g.OutputChannels).Select(_ => random.Between(-1000, 1000) / 64.0)];
        TensorInfo[] tensors =
        [
            new("image", new(g.InputChannels, g.InputHeight, g.InputWidth)),
            new("codes", new(g.InputChannels, g.InputHeight, g.InputWidth), IsCodes: true),
            new("result", new(g.OutputChannels, g.OutputHeight, g.OutputWidth)),
        ];
        Node[] nodes =
        [
            new QuantizeNode("quantize", [0], 1, QuantizerKind.Nearest, operands.Input, 1, 0, operands.Input.MaxCode),
            new MacroNode("layer", [1], 2, g, operands.Input, weight, codes, scales, shifts),
        ];
        return new("layer", tensors, nodes, 2, new([0, 0, 0], [1, 1, 1]));
    }

    /// <summary>Codes of which half are 0, as behind a ReLU.</summary>
    private static float[] Activations(MacroNode node, uint image)
    {
        var random = new CaseRandom(Seed, image + 1);
        return [.. Enumerable.Range(0, node.Geometry.InputSize).Select(_ => (float)Math.Max(0,
            random.Between(-node.InputFormat.MaxCode, node.InputFormat.MaxCode)))];
    }

    /// <summary>One result by the reference: a layer of one output channel on what its kernel covers of the image, pads included.</summary>
    private static float Expected(MacroNode node, MacroSpec macro, AdcTransfer adc, short[] codes, int output, int y, int x)
    {
        var g = node.Geometry;
        int perOutput = node.WeightCodes.Length / g.OutputChannels;
        var (top, height, before, after) = Covered(y, g.StrideY, g.PadTop, g.KernelHeight, g.InputHeight);
        var (left, width, leftPad, rightPad) = Covered(x, g.StrideX, g.PadLeft, g.KernelWidth, g.InputWidth);
        var one = g with
        {
            OutputChannels = 1, InputHeight = height, InputWidth = width, PadTop = before, PadBottom = after, PadLeft = leftPad,
            PadRight = rightPad, StrideY = 1, StrideX = 1,
        };
        short[] window = [.. from channel in Enumerable.Range(0, g.InputChannels)
                             from row in Enumerable.Range(top, height)
                             from column in Enumerable.Range(left, width)
                             select codes[(channel * g.InputHeight + row) * g.InputWidth + column]];
        var layer = new ReferenceLayer(one, node.InputFormat, node.WeightFormat,
            node.WeightCodes[(output * perOutput)..((output + 1) * perOutput)]);
        var sum = new ReferenceMacro(layer, macro, adc).Run(window);
        var groups = ReferenceRowGroups.Cut(one, macro.Rows, macro.Mapping, macro.LegacyOverfull);
        return new ReferenceScale(layer, new(layer, macro), groups.Count, groups.Max(group => group.Length), adc, sum.Unit,
            node.ResultScale[output], node.ResultShift[output]).Result(Assert.Single(sum.Acc));
    }

    /// <summary>What a kernel at an output place covers along one axis.</summary>
    private static (int First, int Count, int PadBefore, int PadAfter) Covered(int place, int stride, int pad, int kernel, int size)
    {
        int start = place * stride - pad, first = Math.Max(start, 0), end = Math.Min(start + kernel, size);
        return (first, end - first, first - start, start + kernel - end);
    }
}
