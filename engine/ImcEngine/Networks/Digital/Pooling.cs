using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Pooling over <c>[channel, y, x]</c>. A sum takes the positions of a window in the order (ky, kx). The order does not matter to a
/// maximum: it takes whole rows first, then columns, which lie side by side for all windows of a row once they are sorted by phase:
/// <code>
/// [phase, place]    x = place * StrideX + phase
/// </code>
/// </summary>
internal static class Pooling
{
    /// <summary>The most numbers of a row that are kept on the stack.</summary>
    private const int MostOnStack = 4096;

    /// <summary>
    /// Maximum or mean of each window's positions inside the input; <see cref="PoolKind.AverageCountingPads"/> divides the sum by the whole
    /// window, less what hangs over counted pads. A sum starts at +0, a maximum at minus infinity; a NaN makes its windows NaN.
    /// </summary>
    /// <param name="inputShape"><c>[channel, y, x]</c></param>
    /// <param name="resultShape"><c>[channel, y, x]</c>; its size decides the number of windows.</param>
    /// <exception cref="ArgumentException">Shapes are not three-dimensional, differ in channels, or do not fit the spans.</exception>
    public static void Pool(ReadOnlySpan<float> input, TensorShape inputShape, PoolNode node, TensorShape resultShape, Span<float> result)
    {
        RequirePlanes(input, inputShape, nameof(input));
        RequirePlanes(result, resultShape, nameof(result));
        if (inputShape[0] != resultShape[0])
            throw new ArgumentException($"Pool '{node.Name}' makes {resultShape} from {inputShape}; the numbers of channels must be equal.",
                nameof(resultShape));
        int inputSize = inputShape[1] * inputShape[2], width = resultShape[2];
        int phasesLength = (inputShape[2] + node.StrideX - 1) / node.StrideX * node.StrideX;
        int scratchLength = inputShape[2] + phasesLength;
        Span<float> scratch = scratchLength <= MostOnStack ? stackalloc float[scratchLength] : new float[scratchLength];
        Span<float> columns = scratch[..inputShape[2]], phases = scratch[inputShape[2]..];
        for (int channel = 0; channel < inputShape[0]; channel++)
            for (int y = 0; y < resultShape[1]; y++)
            {
                var row = result.Slice(((channel * resultShape[1]) + y) * width, width);
                var plane = input.Slice(channel * inputSize, inputSize);
                if (node.Kind == PoolKind.Max) MaximumRow(plane, node, y, columns, phases, row);
                else AverageRow(plane, inputShape[1], inputShape[2], node, y, row);
            }
    }

    /// <summary>Computes the mean of each channel: the sum in index order from +0, then one division.</summary>
    /// <param name="input"><c>[channel, ...]</c>.</param>
    /// <param name="channels">The size of the leading axis, which divides the length of the input.</param>
    /// <param name="result">One mean per channel.</param>
    /// <exception cref="ArgumentException">The input does not divide into the channels, or the result has another length.</exception>
    public static void GlobalAverage(ReadOnlySpan<float> input, int channels, Span<float> result)
    {
        SpanChecks.Require(result, channels, nameof(result));
        if (channels == 0 || input.Length % channels != 0)
            throw new ArgumentException($"{input.Length} elements do not divide into {channels} channels.", nameof(input));
        int size = input.Length / channels;
        for (int channel = 0; channel < channels; channel++)
        {
            float sum = 0;
            foreach (float x in input.Slice(channel * size, size)) sum += x;
            result[channel] = sum / size;
        }
    }

    /// <param name="columns">Working memory: the maximum of each column, as many as a row of the input has.</param>
    /// <param name="phases">Working memory: the same sorted by phase.</param>
    private static void MaximumRow(ReadOnlySpan<float> plane, PoolNode node, int resultY, Span<float> columns, Span<float> phases,
        Span<float> row)
    {
        columns.Fill(float.NegativeInfinity);
        for (int ky = 0; ky < node.KernelHeight; ky++)
        {
            int start = ((resultY * node.StrideY) - node.PadTop + (ky * node.DilationY)) * columns.Length;
            if (start >= 0 && start < plane.Length) TakeMaximum(columns, plane.Slice(start, columns.Length));
        }
        int stride = node.StrideX, places = phases.Length / stride;
        for (int phase = 0; phase < stride; phase++)
            for (int x = phase, place = phase * places; x < columns.Length; x += stride) phases[place++] = columns[x];

        row.Fill(float.NegativeInfinity);
        for (int kx = 0; kx < node.KernelWidth; kx++)
        {
            int offset = (kx * node.DilationX) - node.PadLeft, phase = (offset % stride + stride) % stride;
            var (first, end) = WindowsInside(offset, stride, columns.Length, row.Length);
            if (first >= end) continue;
            var part = row[first..end];
            TakeMaximum(part, phases.Slice((phase * places) + ((offset - phase) / stride) + first, part.Length));
        }
    }

    /// <summary>Replaces elements by the maximum of them and others. Vectors at the end may overlap: taking a maximum again changes
    /// nothing.</summary>
    private static void TakeMaximum(Span<float> elements, ReadOnlySpan<float> others)
    {
        int last = elements.Length - Vector256<float>.Count;
        if (last < 0)
        {
            for (int i = 0; i < elements.Length; i++) elements[i] = MathF.Max(elements[i], others[i]);
            return;
        }
        ref float own = ref MemoryMarshal.GetReference(elements), other = ref MemoryMarshal.GetReference(others);
        for (nuint i = 0; ; i = Math.Min(i + (nuint)Vector256<float>.Count, (nuint)last))
        {
            Vector256.Max(Vector256.LoadUnsafe(ref own, i), Vector256.LoadUnsafe(ref other, i)).StoreUnsafe(ref own, i);
            if (i == (nuint)last) return;
        }
    }

    private static void AverageRow(ReadOnlySpan<float> plane, int height, int width, PoolNode node, int resultY, Span<float> row)
    {
        row.Clear();
        int firstY = (resultY * node.StrideY) - node.PadTop;
        for (int ky = 0; ky < node.KernelHeight; ky++)
        {
            int y = firstY + (ky * node.DilationY);
            if (y < 0 || y >= height) continue;
            for (int kx = 0; kx < node.KernelWidth; kx++)
                AddPosition(plane.Slice(y * width, width), (kx * node.DilationX) - node.PadLeft, node.StrideX, row);
        }
        DivideRow(node, Counted(node, firstY, node.KernelHeight, node.DilationY, height, node.CountedBottom), width, row);
    }

    /// <summary>Adds one kernel position to every window of a row in which it lies inside the input.</summary>
    private static void AddPosition(ReadOnlySpan<float> inputRow, int offset, int stride, Span<float> row)
    {
        var (first, end) = WindowsInside(offset, stride, inputRow.Length, row.Length);
        for (int x = first; x < end; x++) row[x] += inputRow[(x * stride) + offset];
    }

    /// <summary>Returns the windows of a row whose position at an offset from their start lies inside the input.</summary>
    private static (int First, int End) WindowsInside(int offset, int stride, int width, int windows) =>
        (offset >= 0 ? 0 : (-offset + stride - 1) / stride, offset >= width ? 0 : Math.Min(windows, ((width - 1 - offset) / stride) + 1));

    private static void DivideRow(PoolNode node, int rowsCounted, int width, Span<float> row)
    {
        for (int x = 0; x < row.Length; x++)
            row[x] /= rowsCounted
                * Counted(node, (x * node.StrideX) - node.PadLeft, node.KernelWidth, node.DilationX, width, node.CountedRight);
    }

    /// <summary>How many of a window's positions along one axis the mean counts.</summary>
    /// <param name="pads">Behind the input that count; null for all.</param>
    private static int Counted(PoolNode node, int first, int kernel, int dilation, int size, int? pads)
    {
        if (node.Kind == PoolKind.Average) return Inside(first, kernel, dilation, size);
        return pads is null ? kernel : Math.Min(kernel, (size + pads.Value - first + dilation - 1) / dilation);
    }

    /// <summary>Returns how many of a window's positions along one axis lie inside the input.</summary>
    private static int Inside(int first, int kernel, int dilation, int size)
    {
        int inside = 0;
        for (int k = 0; k < kernel; k++)
            if ((uint)(first + (k * dilation)) < (uint)size) inside++;
        return inside;
    }

    private static void RequirePlanes(ReadOnlySpan<float> elements, TensorShape shape, string name)
    {
        if (shape.Rank != 3) throw new ArgumentException($"Pooling needs [channel, y, x]; {name} is {shape}.", name);
        SpanChecks.Require(elements, shape.Count, name);
    }
}
