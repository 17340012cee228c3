using System.Diagnostics;
using ImcEngine.BitPlanes;

namespace ImcEngine.Networks;

/// <summary>
/// A network made ready to run: one step per node with its operators prepared, and a memory slot for every tensor. A slot is used again once the last
/// reader of its tensor is done, so one image needs little more than its largest neighbouring activations.
/// </summary>
internal sealed class NetworkProgram
{
    private readonly int[] _slots, _lengths;
    private readonly Dictionary<int, PixelBits> _layouts;

    public NetworkProgram(Network network)
    {
        _lengths = [.. network.Tensors.Select(tensor => tensor.Shape.Count)];
        (_slots, FloatSlots, CodeSlots) = AssignSlots(network);
        _layouts = Layouts(network);
        BitSlots = new int[CodeSlots.Length];
        foreach (var (tensor, layout) in _layouts) BitSlots[_slots[tensor]] = Math.Max(BitSlots[_slots[tensor]], layout.Length);
        int ordinal = 0;
        Steps = [.. network.Nodes.Select(node => StepFactory.Create(network, node, node is MacroNode ? ordinal++ : -1))];
        DigitalScratch = Steps.OfType<DigitalStep>().Select(step => step.ScratchLength).DefaultIfEmpty(0).Max();
        LargestMacroResult = network.MacroLayers.Select(node => node.Geometry.OutputSize).DefaultIfEmpty(0).Max();
    }

    public IReadOnlyList<Step> Steps { get; }

    /// <summary>Lengths of the float slots, and of the code slots.</summary>
    public int[] FloatSlots { get; }

    public int[] CodeSlots { get; }

    /// <summary>Words of the code slots' bit-planes.</summary>
    public int[] BitSlots { get; }

    public int DigitalScratch { get; }
    public int LargestMacroResult { get; }

    public int Tensors => _lengths.Length;
    public int SlotOf(int tensor) => _slots[tensor];
    public int LengthOf(int tensor) => _lengths[tensor];

    /// <summary>How a codes tensor's bit-planes lie.</summary>
    public PixelBits LayoutOf(int tensor) => _layouts[tensor];

    public void Run(ImageState state) => Run([state]);

    /// <summary>
    /// Runs several images. Where a step takes several of them at once, so many pass it and all later ones step by step together: activations of few images fill the
    /// caches in early layers, and late layers fetch their weights once for all.
    /// </summary>
    public void Run(ReadOnlySpan<ImageState> states)
    {
        int first = 0, together = 1;
        while (first < Steps.Count)
        {
            int end = first;
            while (end < Steps.Count && Steps[end].ImagesAtOnce(states[0]) <= together) end++;
            for (int done = 0; done < states.Length;)
            {
                int count = Math.Min(together, states.Length - done);
                for (int i = first; i < end; i++) RunStep(i, states.Slice(done, count));
                done += count;
            }
            if (end < Steps.Count) together = Steps[end].ImagesAtOnce(states[0]);
            first = end;
        }
    }

    private void RunStep(int i, ReadOnlySpan<ImageState> states)
    {
        var step = Steps[i];
        long start = states[0].StepTicks is null ? 0 : Stopwatch.GetTimestamp();
        step.Run(states);
        if (states[0].StepTicks is { } ticks) ticks[i] += Stopwatch.GetTimestamp() - start;
        if (step.ResultIsCodes) return;
        foreach (var state in states) state.TensorTap?.Invoke(step.Result, state.Floats(step.Result));
    }

    private static Dictionary<int, PixelBits> Layouts(Network network) => network.Nodes.OfType<QuantizeNode>().ToDictionary(node => node.Result, node =>
    {
        var shape = network.Tensors[node.Result].Shape;
        return new PixelBits(shape[0], shape.Count / shape[0], node.Format, node.Kind == QuantizerKind.ThreeValuedSign);
    });

    private static (int[] Slots, int[] Floats, int[] Codes) AssignSlots(Network network)
    {
        var lastReader = new int[network.Tensors.Count];
        for (int n = 0; n < network.Nodes.Count; n++)
            foreach (int input in network.Nodes[n].Inputs) lastReader[input] = n;
        lastReader[network.OutputTensor] = int.MaxValue;

        var slots = new int[network.Tensors.Count];
        var floats = new SlotPool();
        var codes = new SlotPool();
        SlotPool PoolOf(int tensor) => network.Tensors[tensor].IsCodes ? codes : floats;

        var early = new HashSet<int>();
        slots[0] = floats.Take(network.Tensors[0].Shape.Count);
        for (int n = 0; n < network.Nodes.Count; n++)
        {
            var node = network.Nodes[n];
            if (!early.Remove(node.Result)) slots[node.Result] = PoolOf(node.Result).Take(network.Tensors[node.Result].Shape.Count);
            // A layer may make the codes or the sum that follow it while its inputs are still read.
            if (node is MacroNode layer && (network.QuantizerOf(layer)?.Result ?? network.AdditionOf(layer)?.Node.Result) is { } next && early.Add(next))
                slots[next] = PoolOf(next).Take(network.Tensors[next].Shape.Count);
            foreach (int input in node.Inputs.Distinct())
                if (lastReader[input] == n) PoolOf(input).Give(slots[input]);
            if (lastReader[node.Result] == 0 && node.Result != network.OutputTensor) PoolOf(node.Result).Give(slots[node.Result]);
        }
        return (slots, [.. floats.Lengths], [.. codes.Lengths]);
    }

    private sealed class SlotPool
    {
        private readonly List<int> _free = [];

        public List<int> Lengths { get; } = [];

        /// <summary>The free slot that needs to grow least, else a new one.</summary>
        public int Take(int length)
        {
            if (_free.Count == 0)
            {
                Lengths.Add(length);
                return Lengths.Count - 1;
            }
            int slot = _free.MinBy(free => (Growth: Math.Max(0, length - Lengths[free]), Lengths[free]));
            _free.Remove(slot);
            Lengths[slot] = Math.Max(Lengths[slot], length);
            return slot;
        }

        public void Give(int slot) => _free.Add(slot);
    }
}
