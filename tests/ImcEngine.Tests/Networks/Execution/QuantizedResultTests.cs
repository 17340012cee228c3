using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Execution;

/// <summary>A layer that makes the codes that follow it by itself makes those that its quantizer makes of its result.</summary>
public class QuantizedResultTests
{
    private const int Images = 9;

    private static readonly ImageSet Shapes = Shapes10.Render(Split.Test, Images);

    public static IEnumerable<object?[]> Cases()
    {
        var cases = new TheoryData<string, string, QuantizerKind>();
        foreach (string kernel in KernelRegistry.All.Where(each => each.IsAvailable && each.Id.InLanes == "pixels")
            .Select(each => each.Name).AtLeastOne())
        {
            cases.Add(kernel, "bipolar:1", QuantizerKind.Sign);
            cases.Add(kernel, "bipolar:2", QuantizerKind.BipolarNearest);
            cases.Add(kernel, "unipolar:2", QuantizerKind.Nearest);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    internal void Codes_by_thresholds_are_those_of_the_results(string kernel, string activation, QuantizerKind quantizer)
    {
        var format = OperandFormat.Parse(activation);
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.lsbCounts=3");
        var mapped = new MappedNetwork(ChainNetwork.Of(format, quantizer), run.Macro);
        var die = new Die(mapped, run, null, kernel);
        Assert.Contains(die.ProgramFor(1).Steps, step => step is PixelCodesStep);

        float[] logits = new NetworkRunner(mapped, new(1, 64)).Run(Shapes, die);
        Assert.True(logits.Distinct().Count() > Images, "the network tells no images apart");
        Assert.Equal(logits, new NetworkRunner(mapped, new(2, 1)).Run(Shapes, die));
        var runner = new NetworkRunner(mapped, new(1));
        Assert.Equal(logits, Enumerable.Range(0, Images).SelectMany(i => runner.Observe(Shapes, i, die, (_, _, _) => { })));
        Assert.Equal(logits, Enumerable.Range(0, Images).SelectMany(i => Stepped(mapped, die, i)));
    }

    private static float[] Stepped(MappedNetwork mapped, Die die, int image)
    {
        var stepped = new SteppedImage(mapped, die);
        ImagePixels.Normalize(Shapes.Image(image), mapped.Network.Preprocessing, stepped.Floats(0));
        for (int node = 0; node < mapped.Network.Nodes.Count; node++)
        {
            stepped.Run(node);
            // Nothing is made before its turn: what a caller changes here is what the next node reads.
            if (mapped.Network.Nodes[node] is MacroNode { Result: var result })
                Assert.Contains(stepped.Floats(result).ToArray(), value => value != 0);
        }
        return stepped.Floats(mapped.Network.OutputTensor).ToArray();
    }
}
