using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>Where elements lie, axis by axis: index i of an axis adds so much to the position.</summary>
internal static class AxisOffsets
{
    /// <summary>For each axis of a tensor how far its indices lie apart.</summary>
    public static int[] Strides(TensorShape shape)
    {
        var strides = new int[shape.Rank];
        for (int axis = shape.Rank - 1, stride = 1; axis >= 0; stride *= shape[axis--]) strides[axis] = stride;
        return strides;
    }

    /// <summary>0, stride, 2 stride, ...</summary>
    public static int[] Steps(int size, int stride)
    {
        var steps = new int[size];
        for (int i = 0; i < size; i++) steps[i] = i * stride;
        return steps;
    }

    /// <summary>The positions of all combinations of indices, those of the last axis running fastest.</summary>
    public static int[] Sums(params ReadOnlySpan<int[]> axes)
    {
        int[] sums = [0];
        foreach (int[] axis in axes)
        {
            var longer = new int[sums.Length * axis.Length];
            for (int i = 0, at = 0; i < sums.Length; i++)
                foreach (int offset in axis) longer[at++] = sums[i] + offset;
            sums = longer;
        }
        return sums;
    }
}
