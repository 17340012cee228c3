using System.Diagnostics;
using ImcEngine.BitPlanes;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// A network made ready to run: one step per node with its operators prepared,
/// and for every step the tensors that no later one reads, whose memory others then take.
/// </summary>
internal sealed class NetworkProgram
{
    private readonly int[] _lengths;
    private readonly int[][] _lastRead;
    private readonly Dictionary<int, PixelBits> _layouts;

    public NetworkProgram(Network network)
    {
        _lengths = [.. network.Tensors.Select(tensor => tensor.Shape.Count)];
        _lastRead = LastRead(network);
        _layouts = Layouts(network);
        int ordinal = 0;
        Steps = [.. network.Nodes.Select(node => StepFactory.Create(network, node, node is MacroNode ? ordinal++ : -1))];
        DigitalScratch = Steps.OfType<DigitalStep>().Select(step => step.ScratchLength).DefaultIfEmpty(0).Max();
        LargestMacroResult = network.MacroLayers.Select(node => node.Geometry.OutputSize).DefaultIfEmpty(0).Max();
    }

    public IReadOnlyList<Step> Steps { get; }

    public int DigitalScratch { get; }
    public int LargestMacroResult { get; }

    public int Tensors => _lengths.Length;
    public int LengthOf(int tensor) => _lengths[tensor];

    /// <summary>How a codes tensor's bit-planes lie.</summary>
    public PixelBits LayoutOf(int tensor) => _layouts[tensor];

    /// <summary>
    /// Runs several images. As many pass a step together as it or one before it takes at once,
    /// and come to it so many at a time through all steps before:
    /// activations of few images fill the caches in early layers, and late layers fetch their weights once for all.
    /// </summary>
    public void Run(ReadOnlySpan<ImageState> states) => RunTo(Steps.Count, states);

    /// <summary>One step, of all images.</summary>
    public void RunStep(int i, ReadOnlySpan<ImageState> states)
    {
        var step = Steps[i];
        if (!step.ResultIsCodes)
            foreach (var state in states) state.Make(step.Result);
        long start = states[0].StepTicks is null ? 0 : Stopwatch.GetTimestamp();
        step.Run(states);
        if (states[0].StepTicks is { } ticks) ticks[i] += Stopwatch.GetTimestamp() - start;
        foreach (var state in states)
        {
            if (!step.ResultIsCodes) state.TensorTap?.Invoke(step.Result, state.Floats(step.Result));
            foreach (int tensor in _lastRead[i]) state.LetGo(tensor);
        }
    }

    /// <param name="end">The step behind the last to run.</param>
    private void RunTo(int end, ReadOnlySpan<ImageState> states)
    {
        var (images, first) = MostImagesAtOnce(end, states[0]);
        for (int done = 0; done < states.Length;)
        {
            var part = states.Slice(done, Math.Min(images, states.Length - done));
            if (first > 0) RunTo(first, part);
            for (int i = first; i < end; i++) RunStep(i, part);
            done += part.Length;
        }
    }

    /// <summary>Most images that a step before <paramref name="end"/> takes at once, and the first step that takes so many;
    /// the first of all where none takes several.</summary>
    private (int Images, int First) MostImagesAtOnce(int end, ImageState state)
    {
        int images = 1, first = 0;
        for (int i = 0; i < end; i++)
            if (Steps[i].ImagesAtOnce(state) is var its && its > images) (images, first) = (its, i);
        return (images, first);
    }

    private static Dictionary<int, PixelBits> Layouts(Network network) =>
        network.Nodes.OfType<QuantizeNode>().ToDictionary(node => node.Result, node =>
    {
        var shape = network.Tensors[node.Result].Shape;
        return new PixelBits(shape[0], shape.Count / shape[0], node.Format, node.Kind == QuantizerKind.ThreeValuedSign);
    });

    /// <summary>Per node, the tensors whose last reader it is, and its own where it has none.</summary>
    private static int[][] LastRead(Network network)
    {
        var last = new int[network.Tensors.Count];
        for (int n = 0; n < network.Nodes.Count; n++)
        {
            last[network.Nodes[n].Result] = n;
            foreach (int input in network.Nodes[n].Inputs) last[input] = n;
        }
        last[network.OutputTensor] = -1;
        var of = Enumerable.Range(0, last.Length).ToLookup(tensor => last[tensor]);
        return [.. network.Nodes.Select((_, n) => of[n].ToArray())];
    }
}
