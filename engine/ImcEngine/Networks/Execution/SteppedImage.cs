using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// One image through a network, node by node, so that a caller can put tensors of its own in place of the engine's. For one thread.
/// A tensor can be read and written from the run of the node that makes it to the run of its last reader: memory is used again after that.
/// </summary>
internal sealed class SteppedImage
{
    private readonly ImageState _state;

    /// <param name="die">Null: exact sums.</param>
    public SteppedImage(MappedNetwork mapped, Die? die = null)
    {
        _state = new(new(mapped.Program, new(1))) { Die = die ?? mapped.Digital, IsStepped = true };
        Start();
    }

    /// <summary>Another image, or the same once more: tensor 0 is to be written.</summary>
    public void Start() => _state.Start(_state.Die, default, 1);

    /// <param name="tensor">Number of a float tensor.</param>
    public Span<float> Floats(int tensor) => _state.Floats(tensor);

    /// <param name="tensor">Number of a codes tensor.</param>
    public Span<short> Codes(int tensor) => _state.Codes(tensor);

    /// <param name="node">Index in <see cref="Network.Nodes"/>.</param>
    public void Run(int node) => _state.Program.RunStep(node, [_state]);
}
