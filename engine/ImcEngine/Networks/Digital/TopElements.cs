using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// The greatest or the least elements along an axis, or their places, as <see cref="TopKNode"/> says; prepared for a shape, immutable and
/// thread-safe. Elements are sorted as integers, a NaN last:
/// <code>
/// order of the element, 32 bits    place, 32 bits
/// </code>
/// </summary>
internal sealed class TopElements
{
    private readonly TopKNode _node;
    private readonly int _size, _stride, _inputs;
    private readonly int[] _firsts, _results;

    /// <param name="shape">Of the input.</param>
    public TopElements(TopKNode node, TensorShape shape)
    {
        _node = node;
        int[] sizes = [.. shape.Sizes], strides = AxisOffsets.Strides(shape);
        (_size, _stride, _inputs) = (shape[node.Axis], strides[node.Axis], shape.Count);
        sizes[node.Axis] = node.Count;
        int[] resultStrides = AxisOffsets.Strides(new(sizes));
        int[] Others(int[] steps) => AxisOffsets.Sums([.. Enumerable.Range(0, shape.Rank).Where(axis => axis != node.Axis)
            .Select(axis => AxisOffsets.Steps(shape[axis], steps[axis]))]);
        (_firsts, _results) = (Others(strides), Others(resultStrides));
    }

    /// <exception cref="ArgumentException">A span has another length.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> result)
    {
        SpanChecks.Require(input, _inputs, nameof(input));
        SpanChecks.Require<float>(result, _firsts.Length * _node.Count, nameof(result));
        var keys = new ulong[_size];
        for (int lane = 0; lane < _firsts.Length; lane++)
        {
            for (int place = 0; place < _size; place++) keys[place] = Key(input[_firsts[lane] + (place * _stride)], place);
            Array.Sort(keys);
            for (int i = 0; i < _node.Count; i++)
            {
                int place = (int)(uint)keys[i];
                result[_results[lane] + (i * _stride)] = _node.GivesPlaces ? place : input[_firsts[lane] + (place * _stride)];
            }
        }
    }

    private ulong Key(float x, int place)
    {
        // The bits of floats are in order once those of negative ones are inverted; -0 equals 0.
        uint bits = BitConverter.SingleToUInt32Bits(x == 0 ? 0 : x);
        uint ascending = (bits >> 31) != 0 ? ~bits : bits | (1u << 31);
        uint order = float.IsNaN(x) ? uint.MaxValue : _node.IsLeast ? ascending : ~ascending;
        return ((ulong)order << 32) | (uint)place;
    }
}
