namespace ImcEngine.Importer.Lowering;

/// <summary>NumPy's broadcasting rule: axes are aligned at the last, and a size of 1 repeats.</summary>
internal static class Broadcasting
{
    /// <summary>Returns the common shape; null if there is none.</summary>
    public static int[]? Shape(ReadOnlySpan<int> a, ReadOnlySpan<int> b)
    {
        var result = new int[Math.Max(a.Length, b.Length)];
        for (int back = 1; back <= result.Length; back++)
        {
            int sizeA = back <= a.Length ? a[^back] : 1, sizeB = back <= b.Length ? b[^back] : 1;
            if (sizeA != sizeB && sizeA != 1 && sizeB != 1) return null;
            result[^back] = sizeA == 1 ? sizeB : sizeA;
        }
        return result;
    }

    /// <summary>Returns, for every element of <paramref name="shape"/> in order,
    /// the index of the element of a tensor of <paramref name="dims"/> that it takes.</summary>
    public static int[] Indices(ReadOnlySpan<int> dims, ReadOnlySpan<int> shape)
    {
        var steps = new int[shape.Length];
        int step = 1;
        for (int back = 1; back <= dims.Length; back++)
        {
            steps[^back] = dims[^back] == 1 ? 0 : step;
            step *= dims[^back];
        }
        return Walk(shape, steps);
    }

    /// <summary>Returns, for every element of <paramref name="shape"/> in order, the sum of coordinate times
    /// <paramref name="steps"/>.</summary>
    public static int[] Walk(ReadOnlySpan<int> shape, ReadOnlySpan<int> steps)
    {
        int count = 1;
        foreach (int size in shape) count = checked(count * size);
        var indices = new int[count];
        var at = new int[shape.Length];
        int index = 0;
        for (int i = 0; i < count; i++)
        {
            indices[i] = index;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                index += steps[axis];
                if (++at[axis] < shape[axis]) break;
                index -= steps[axis] * shape[axis];
                at[axis] = 0;
            }
        }
        return indices;
    }
}
