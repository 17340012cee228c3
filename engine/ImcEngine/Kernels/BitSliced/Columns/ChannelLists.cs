using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Columns;

/// <summary>
/// Lists of the set channels of every input pixel, made once for some output pixels of an image. An output pixel whose window covers the
/// input pixel takes its list, and adds the first row of the kernel position to the entries. So a 3x3 layer searches each bit once instead
/// of nine times.
/// <code>
/// lists     [input pixel][plane][range][entry]     the rows of the set channels, from the position's first row on, ascending
///                                                  (CompactRowList); lists follow each other without gaps, so that
///                                                  those of neighbours stay in the cache
/// starts    [input pixel][plane][range]            the first entry of each range of channels, and the end of all
/// </code>
/// Channels are divided into ranges where a row group begins or ends.
/// </summary>
internal sealed unsafe class ChannelLists
{
    /// <summary>The number of entries that <see cref="Select"/> may write beyond the last one.</summary>
    public const int Slack = 32;

    private const int WordChannels = 64;

    private readonly ConvGeometry _geometry;
    private readonly Part[][] _groups;
    private readonly int[] _rangeWords;
    private readonly CompactRowList _rowList;
    private readonly int _bits, _words;

    private ChannelLists(MappedLayer layer, CompactRowList rowList, Part[][] groups, int[] rangeWords)
    {
        _geometry = layer.Map.Geometry;
        (_groups, _rangeWords, _rowList) = (groups, rangeWords, rowList);
        _bits = layer.Map.InputFormat.Bits;
        Ranges = rangeWords.Length - 1;
        _words = (_geometry.GroupInputChannels + WordChannels - 1) / WordChannels;
    }

    private int InputPixels => _geometry.InputHeight * _geometry.InputWidth;
    private int Ranges { get; }

    /// <summary>The part of a kernel position that a row group takes.</summary>
    /// <param name="FirstRange">The first range of channels.</param>
    /// <param name="EndRange">The first range that is not taken.</param>
    /// <param name="Offset">The offset of the position's first row.</param>
    private readonly record struct Part(int Tap, int FirstRange, int EndRange, int Offset);

    /// <summary>Returns null where a row group begins or ends at a channel that is not a multiple of 64, or where inputs are
    /// three-valued.</summary>
    public static ChannelLists? TryFor(MappedLayer layer, CompactRowList rowList)
    {
        int channels = layer.Map.Geometry.GroupInputChannels;
        if (layer.InputMayBeUndriven) return null;
        var cuts = layer.Map.Groups.SelectMany(group => (int[])[group.FirstRow % channels, group.EndRow % channels]).Append(0).Distinct()
            .Order().ToList();
        if (cuts.Any(cut => cut % WordChannels != 0)) return null;
        int[] ranges = [.. cuts.Select(cut => cut / WordChannels), (channels + WordChannels - 1) / WordChannels];
        int RangeAt(int channel) => channel == channels ? ranges.Length - 1 : cuts.IndexOf(channel);
        return new(layer, rowList, [.. layer.Map.Groups.Select(group => PartsOf(group).ToArray())], ranges);

        IEnumerable<Part> PartsOf(RowGroup group)
        {
            for (int tap = group.FirstRow / channels; tap * channels < group.EndRow; tap++)
            {
                int first = Math.Max(0, group.FirstRow - tap * channels), end = Math.Min(channels, group.EndRow - tap * channels);
                yield return new(tap, RangeAt(first), RangeAt(end), rowList.OffsetOf(tap * channels));
            }
        }
    }

    /// <summary>The lists of one image.</summary>
    public readonly struct Listed(ushort* lists, int* starts)
    {
        public readonly ushort* Lists = lists;
        public readonly int* Starts = starts;
    }

    /// <summary>Lists the set channels of the input pixels that some output pixels cover.</summary>
    public Listed List(PackedImage image, int convGroup, int firstPixel, int pixels, KernelScratch scratch)
    {
        ushort* lists = (ushort*)scratch.ChannelLists.Pointer(((long)_bits * InputPixels * _words * WordChannels + Slack) * sizeof(ushort)),
            next = lists;
        int* starts = (int*)scratch.ChannelListStarts.Pointer(((long)_bits * InputPixels * Ranges + 1) * sizeof(int));
        var listed = new Listed(lists, starts);
        var words = stackalloc ulong*[_bits];
        for (int plane = 0; plane < _bits; plane++)
            words[plane] = image.Pointer(convGroup, plane);
        var (firstInput, endInput) = CoveredInputs(firstPixel, pixels);
        starts += (long)firstInput * _bits * Ranges;
        for (int pixel = firstInput; pixel < endInput; pixel++)
            for (int plane = 0; plane < _bits; plane++)
                for (int range = 0; range < Ranges; range++)
                {
                    *starts++ = (int)(next - lists);
                    for (int word = _rangeWords[range]; word < _rangeWords[range + 1]; word++)
                        next = _rowList.AppendWord(words[plane][(long)pixel * _words + word], word * WordChannels, next);
                }
        *starts = (int)(next - lists);
        return listed;
    }

    /// <summary>Returns the input pixels that some output pixels cover, as whole rows of the image.</summary>
    private (int First, int End) CoveredInputs(int firstPixel, int pixels)
    {
        int firstRow = firstPixel / _geometry.OutputWidth * _geometry.StrideY - _geometry.PadTop;
        int lastRow = (firstPixel + pixels - 1) / _geometry.OutputWidth * _geometry.StrideY - _geometry.PadTop
            + (_geometry.KernelHeight - 1) * _geometry.DilationY;
        int first = Math.Clamp(firstRow, 0, _geometry.InputHeight), end = Math.Clamp(lastRow + 1, first, _geometry.InputHeight);
        return (first * _geometry.InputWidth, end * _geometry.InputWidth);
    }

    /// <summary>Finds the input pixel under every kernel position of one output pixel; -1 outside the image.</summary>
    public void Cover(int pixel, Span<int> inputPixels)
    {
        int outputY = pixel / _geometry.OutputWidth,
            left = (pixel - outputY * _geometry.OutputWidth) * _geometry.StrideX - _geometry.PadLeft;
        for (int tap = 0, y = outputY * _geometry.StrideY - _geometry.PadTop; tap < inputPixels.Length; y += _geometry.DilationY)
            for (int x = left, end = tap + _geometry.KernelWidth; tap < end; tap++, x += _geometry.DilationX)
                inputPixels[tap] = (uint)y < (uint)_geometry.InputHeight && (uint)x < (uint)_geometry.InputWidth
                    ? y * _geometry.InputWidth + x : -1;
    }

    /// <summary>Lists the table rows that an output pixel drives in one row group, for every plane.</summary>
    /// <param name="inputPixels">The input pixel under every kernel position.</param>
    /// <param name="lists">One list per plane, each with room for the rows and <see cref="Slack"/> more; written.</param>
    /// <param name="length">The distance from one list to the next.</param>
    /// <param name="counts">The number of rows of each list; written.</param>
    public void Select(in Listed image, int rowGroup, ReadOnlySpan<int> inputPixels, ushort* lists, int length, int* counts)
    {
        new Span<int>(counts, _bits).Clear();
        foreach (ref readonly var part in _groups[rowGroup].AsSpan())
        {
            int pixel = inputPixels[part.Tap];
            if (pixel < 0) continue;
            int* starts = image.Starts + (long)pixel * _bits * Ranges + part.FirstRange;
            ushort* to = lists;
            for (int plane = 0; plane < _bits; plane++, starts += Ranges, to += length)
            {
                int first = *starts, count = starts[part.EndRange - part.FirstRange] - first;
                Move(image.Lists + first, count, part.Offset, to + counts[plane]);
                counts[plane] += count;
            }
        }
    }

    /// <summary>Copies the entries of one kernel position and adds its offset. Two vectors at a time leave few branches that depend on the
    /// data.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Move(ushort* from, int count, int offset, ushort* to)
    {
        var offsets = Vector256.Create((ushort)offset);
        for (ushort* end = from + count; from < end; from += Slack, to += Slack)
        {
            (Vector256.Load(from) + offsets).Store(to);
            (Vector256.Load(from + Slack / 2) + offsets).Store(to + Slack / 2);
        }
    }
}
