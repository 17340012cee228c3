using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>One node of a network, or several nodes that are computed together, ready to run; immutable.</summary>
/// <param name="nodes">The nodes, in the network's order. Only the result of the last one is written; no other step reads the
/// others.</param>
internal abstract class Step(params Node[] nodes)
{
    public IReadOnlyList<Node> Nodes => nodes;

    /// <summary>The tensor that this step writes.</summary>
    public int Result => nodes[^1].Result;

    public bool ResultIsCodes => nodes[^1] is QuantizeNode or DynamicQuantizeNode or PadCodesNode;

    /// <summary>The tensors that this step reads.</summary>
    public IEnumerable<int> Inputs => nodes.SelectMany(node => node.Inputs).Except(nodes.Select(node => node.Result));

    protected int Input => nodes[0].Inputs[0];

    /// <summary>The number of images that this step should take at once: the number that its kernel takes, no limit (<see
    /// cref="int.MaxValue"/>) if it reads more weights than activations, else 1.</summary>
    public virtual int ImagesAtOnce => 1;

    public abstract void Run(ImageState state);

    /// <summary>Runs several images.</summary>
    public virtual void Run(ReadOnlySpan<ImageState> states)
    {
        foreach (var state in states) Run(state);
    }
}

/// <summary>A layer and the node that follows it, run one after the other on each image, for when no kernel computes both together. The
/// tensor between them exists only inside this step.</summary>
internal sealed class StepPair(Step layer, Step following) : Step([.. layer.Nodes, .. following.Nodes])
{
    public override void Run(ImageState state)
    {
        state.Make(layer.Result);
        layer.Run(state);
        following.Run(state);
        state.LetGo(layer.Result);
    }
}
