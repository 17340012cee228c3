using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// One image through a network, node by node, so that a caller can put tensors of its own in place of the engine's. For one thread.
/// A tensor can be read and written from the run of the node that makes it to the run of its last reader: memory is used again after that.
/// </summary>
internal sealed class SteppedImage
{
    private readonly NetworkProgram _program;
    private readonly ImageState _state;

    /// <param name="die">Null: exact sums.</param>
    public SteppedImage(MappedNetwork mapped, Die? die = null)
    {
        _program = (die ?? mapped.Digital).ObservedProgram;
        _state = new(new(mapped.Prepared, new(1)));
        Start();
    }

    /// <summary>Another image, or the same once more: tensor 0 is to be written.</summary>
    public void Start() => _state.Start(default);

    /// <param name="tensor">Number of a float tensor.</param>
    public Span<float> Floats(int tensor) => _state.Make(tensor);

    /// <param name="tensor">Number of a codes tensor.</param>
    public Span<short> Codes(int tensor) => _state.MakeCodes(tensor);

    /// <param name="node">Index in <see cref="Network.Nodes"/>.</param>
    public void Run(int node) => _program.RunStep(node, [_state]);
}
