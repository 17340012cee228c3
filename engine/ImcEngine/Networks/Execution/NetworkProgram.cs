using System.Diagnostics;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// A network as the steps that run it on one die, and for every step the tensors that no later one reads, whose memory others then take.
/// Immutable, shared by all threads.
/// </summary>
internal sealed class NetworkProgram
{
    private readonly int[][] _lastUsed;
    private readonly Stage[] _stages;

    public NetworkProgram(Network network, IReadOnlyList<Step> steps)
    {
        Steps = steps;
        _lastUsed = LastUses.PerStep(network, steps.Select(step => step.Inputs.Append(step.Result)));
        _stages = [.. Stages(steps)];
    }

    public IReadOnlyList<Step> Steps { get; }

    /// <summary>
    /// Runs several images. As many pass a step together as it or one before it takes at once,
    /// and come to it so many at a time through all steps before:
    /// activations of few images fill the caches in early layers, and late layers fetch their weights once for all.
    /// </summary>
    public void Run(ReadOnlySpan<ImageState> states) => RunTo(0, states);

    /// <summary>One step, of all images.</summary>
    public void RunStep(int i, ReadOnlySpan<ImageState> states)
    {
        var step = Steps[i];
        Begin(step, states);
        long start = states[0].Ticks is null ? 0 : Stopwatch.GetTimestamp();
        step.Run(states);
        if (states[0].Ticks is { } ticks) ticks[step.Nodes[0].Result] += Stopwatch.GetTimestamp() - start;
        End(i, states);
    }

    /// <summary>Runs one image and shows what passes; of a program in which every node is a step.</summary>
    /// <param name="tap">Shown every macro layer; null for none.</param>
    /// <param name="tensorTap">Shown every float tensor but the input; null for none.</param>
    public void Observe(ImageState state, LayerTap? tap, TensorTap? tensorTap)
    {
        for (int i = 0, layer = 0; i < Steps.Count; i++)
        {
            var step = Steps[i];
            Begin(step, [state]);
            step.Run(state);
            if (step.Nodes[0] is MacroNode node) tap?.Invoke(layer++, state.Codes(node.Inputs[0]), state.Floats(node.Result));
            if (!step.ResultIsCodes) tensorTap?.Invoke(step.Result, state.Floats(step.Result));
            End(i, [state]);
        }
    }

    private static void Begin(Step step, ReadOnlySpan<ImageState> states)
    {
        if (step.ResultIsCodes) return;
        foreach (var state in states) state.Make(step.Result);
    }

    private void End(int i, ReadOnlySpan<ImageState> states)
    {
        foreach (var state in states)
            foreach (int tensor in _lastUsed[i]) state.LetGo(tensor);
    }

    /// <summary>This stage and all before it.</summary>
    private void RunTo(int stage, ReadOnlySpan<ImageState> states)
    {
        var (first, end, images) = _stages[stage];
        for (int done = 0; done < states.Length;)
        {
            var part = states.Slice(done, Math.Min(images, states.Length - done));
            if (first > 0) RunTo(stage + 1, part);
            for (int i = first; i < end; i++) RunStep(i, part);
            done += part.Length;
        }
    }

    /// <summary>From the last one to the first: each begins at the first of the steps that take the most images at once
    /// of all before its end, and at the first of all where none takes several.</summary>
    private static IEnumerable<Stage> Stages(IReadOnlyList<Step> steps)
    {
        for (int end = steps.Count, first; ; end = first)
        {
            int images = 1;
            first = 0;
            for (int i = 0; i < end; i++)
                if (steps[i].ImagesAtOnce is var its && its > images) (images, first) = (its, i);
            yield return new(first, end, images);
            if (first == 0) yield break;
        }
    }

    /// <param name="End">The step behind the last.</param>
    /// <param name="Images">That pass its steps together.</param>
    private readonly record struct Stage(int First, int End, int Images);
}
