using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// Runs one image through a network node by node, so that the caller can replace tensors. For one thread. A tensor can be read and written
/// from the run of the node that computes it to the run of its last reader; after that its memory is reused.
/// </summary>
internal sealed class SteppedImage
{
    private readonly NetworkProgram _program;
    private readonly ImageState _state;

    /// <param name="mapped">The network on its arrays.</param>
    /// <param name="die">The die; null: exact sums.</param>
    public SteppedImage(MappedNetwork mapped, Die? die = null)
    {
        _program = (die ?? mapped.Digital).ObservedProgram;
        _state = new(new(mapped.Prepared, new(1)));
        Start();
    }

    /// <summary>Starts another image, or the same one again; the caller then writes tensor 0.</summary>
    public void Start() => _state.Start(default);

    /// <summary>Returns a float tensor.</summary>
    /// <param name="tensor">The number of the tensor.</param>
    public Span<float> Floats(int tensor) => _state.Make(tensor);

    /// <summary>Returns a codes tensor.</summary>
    /// <param name="tensor">The number of the tensor.</param>
    public Span<short> Codes(int tensor) => _state.MakeCodes(tensor);

    /// <summary>Runs one node.</summary>
    /// <param name="node">The node's index in <see cref="Network.Nodes"/>.</param>
    public void Run(int node) => _program.RunStep(node, [_state]);
}
