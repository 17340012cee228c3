using System.Runtime.CompilerServices;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Puts output channels side by side in vectors, for results with few pixels (one in a linear layer). The inputs of the pixels are the rows
/// of <see cref="ProductBlock"/>.
/// <code>
/// weights  [group, panel, k, lane]   lane = output channel in panel
/// sums     [pixel, lane]
/// </code>
/// </summary>
internal sealed unsafe class ChannelPanels : DigitalParts
{
    private readonly int _lanes;
    private readonly int _panelsOfGroup;
    private readonly float[] _weights;

    public ChannelPanels(DigitalNode node, PaddedInput windows, int lanes) : base(node, windows)
    {
        _lanes = lanes;
        _panelsOfGroup = (Geometry.GroupOutputChannels + lanes - 1) / lanes;
        _weights = Repack(node.Weights);
    }

    public override int Count => Geometry.Groups * _panelsOfGroup;

    [SkipLocalsInit]
    public override void Run<TLanes>(float* source, int firstPart, int parts, float* result)
    {
        float* sums = stackalloc float[ProductBlock.Rows * ProductBlock.MostLanes];
        int* positions = stackalloc int[ProductBlock.Rows];
        for (int part = firstPart; part < firstPart + parts; part++)
        {
            var (group, panel) = Math.DivRem(part, _panelsOfGroup);
            int first = panel * _lanes, firstOutput = (group * Geometry.GroupOutputChannels) + first,
                outputs = Math.Min(_lanes, Geometry.GroupOutputChannels - first);
            for (int pixel = 0; pixel < Geometry.OutputPixels; pixel += ProductBlock.Rows)
            {
                Windows.FillPositions(pixel, new(positions, ProductBlock.Rows));
                Sum<TLanes>(source + ((nint)group * Windows.GroupLength), positions, part, sums);
                int count = Math.Min(ProductBlock.Rows, Geometry.OutputPixels - pixel);
                for (int output = 0; output < outputs; output++)
                    for (int i = 0; i < count; i++)
                        result[((nint)(firstOutput + output) * Geometry.OutputPixels) + pixel + i] =
                            sums[(i * _lanes) + output] + BiasOf(firstOutput + output);
            }
        }
    }

    private void Sum<TLanes>(float* source, int* positions, int part, float* sums) where TLanes : struct, IFloatLanes<TLanes>
    {
        float** rows = stackalloc float*[ProductBlock.Rows];
        for (int row = 0; row < ProductBlock.Rows; row++) rows[row] = source + positions[row];
        fixed (float* weights = &_weights[part * Products * _lanes])
        fixed (int* offsets = Windows.Offsets) ProductBlock.Add<TLanes>(rows, offsets, Products, weights, isFirst: true, sums);
    }

    /// <summary>Returns the weights in panels; lanes beyond the last output channel of a group have weight 0.</summary>
    private float[] Repack(float[] weights)
    {
        int outputs = Geometry.GroupOutputChannels;
        var panels = new float[checked(Count * Products * _lanes)];
        for (int group = 0; group < Geometry.Groups; group++)
            for (int output = 0; output < outputs; output++)
            {
                int panel = (group * _panelsOfGroup) + (output / _lanes);
                var source = weights.AsSpan(((group * outputs) + output) * Products, Products);
                for (int k = 0; k < Products; k++) panels[(((panel * Products) + k) * _lanes) + (output % _lanes)] = source[k];
            }
        return panels;
    }
}
