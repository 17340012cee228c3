using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>Operators that only move elements.</summary>
internal static class Layout
{
    /// <summary>Copies one input of a concatenation to its place in the result.</summary>
    /// <param name="part">The input.</param>
    /// <param name="partShape">Its shape.</param>
    /// <param name="axis">The axis of the concatenation; all other sizes agree.</param>
    /// <param name="firstIndex">The index on the axis where the part begins: the sum of the sizes of the parts before it.</param>
    /// <param name="resultShape">The shape of the result.</param>
    /// <param name="result">The result.</param>
    /// <exception cref="ArgumentException">The part does not fit the result.</exception>
    public static void ConcatPart<T>(ReadOnlySpan<T> part, TensorShape partShape, int axis, int firstIndex, TensorShape resultShape,
        Span<T> result)
    {
        SpanChecks.Require(part, partShape.Count, nameof(part));
        SpanChecks.Require<T>(result, resultShape.Count, nameof(result));
        RequireFits(partShape, axis, firstIndex, resultShape);
        int outer = 1, inner = 1;
        for (int i = 0; i < axis; i++) outer *= partShape[i];
        for (int i = axis + 1; i < partShape.Rank; i++) inner *= partShape[i];
        int partRun = partShape[axis] * inner, resultRun = resultShape[axis] * inner;
        for (int i = 0; i < outer; i++)
            part.Slice(i * partRun, partRun).CopyTo(result[((i * resultRun) + (firstIndex * inner))..]);
    }

    /// <summary>Pads <c>[channel, y, x]</c> with a constant along y and x. The size of the result decides the padding below and on the
    /// right.</summary>
    /// <exception cref="ArgumentException">The padded input does not fit the result.</exception>
    /// <param name="top">Rows above the input.</param>
    /// <param name="left">Columns on its left.</param>
    public static void Pad<T>(ReadOnlySpan<T> input, TensorShape inputShape, int top, int left, T constant, TensorShape resultShape,
        Span<T> result)
    {
        SpanChecks.Require(input, inputShape.Count, nameof(input));
        SpanChecks.Require<T>(result, resultShape.Count, nameof(result));
        if (inputShape.Rank != 3 || resultShape.Rank != 3 || inputShape[0] != resultShape[0] || top < 0 || left < 0
            || top + inputShape[1] > resultShape[1] || left + inputShape[2] > resultShape[2])
            throw new ArgumentException($"Pads of {top} above and {left} on the left cannot make {resultShape} of {inputShape}.",
                nameof(resultShape));
        result.Fill(constant);
        int width = inputShape[2];
        for (int channel = 0; channel < inputShape[0]; channel++)
            for (int y = 0; y < inputShape[1]; y++)
                input.Slice(((channel * inputShape[1]) + y) * width, width)
                    .CopyTo(result[((((channel * resultShape[1]) + top + y) * resultShape[2]) + left)..]);
    }

    private static void RequireFits(TensorShape part, int axis, int firstIndex, TensorShape result)
    {
        bool fits = part.Rank == result.Rank && axis >= 0 && axis < part.Rank && firstIndex >= 0 && firstIndex + part[axis] <= result[axis];
        for (int i = 0; fits && i < part.Rank; i++) fits = i == axis || part[i] == result[i];
        if (!fits) throw new ArgumentException($"A part of shape {part} from index {firstIndex} on axis {axis} does not fit {result}.",
            nameof(part));
    }
}
