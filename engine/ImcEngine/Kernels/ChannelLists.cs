using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>
/// The set channels of every input position, listed once an image: every output pixel whose kernel covers the position adds the rows of its list, each kernel
/// position in a segment of the table of its own. A 3x3 layer so searches each bit once instead of nine times.
/// <code>
/// lists     [plane][input pixel][entry]     byte offsets of the set channels' rows from the position's first one, ascending; every range padded with the row of zeros
/// starts    [plane][input pixel][range]     first entry of each range of channels, and the end
/// counts    [plane][input pixel][range]     set channels below each range, and all
/// </code>
/// Ranges lie between the channels at which row groups cut.
/// </summary>
internal sealed unsafe class ChannelLists
{
    private const int WordChannels = 64;

    private readonly ConvGeometry _geometry;
    private readonly Part[][] _groups;
    private readonly int[] _rangeWords;
    private readonly RowList _rowList;
    private readonly int _bits, _words, _stride, _zeroRow;

    private ChannelLists(MappedLayer layer, RowList rowList, Part[][] groups, int[] rangeWords)
    {
        _geometry = layer.Map.Geometry;
        (_groups, _rangeWords, _rowList) = (groups, rangeWords, rowList);
        MostSegments = groups.Max(parts => parts.Length);
        _bits = layer.Map.InputFormat.Bits;
        _words = (_geometry.GroupInputChannels + WordChannels - 1) / WordChannels;
        _stride = _words * WordChannels + Ranges * CountProgram.RowStep + RowList.Slack;
        _zeroRow = _geometry.GroupInputChannels * rowList.RowBytes;
    }

    /// <summary>Segments of a row group at most.</summary>
    public int MostSegments { get; }

    private int InputPixels => _geometry.InputHeight * _geometry.InputWidth;
    private int Ranges => _rangeWords.Length - 1;

    /// <summary>What a row group takes of one kernel position.</summary>
    /// <param name="FirstRange">Of its channels.</param>
    /// <param name="EndRange">The first one not taken.</param>
    /// <param name="Offset">Bytes from the block's first row to the position's.</param>
    private readonly record struct Part(int Tap, int FirstRange, int EndRange, int Offset);

    /// <summary>Null where row groups cut elsewhere than between 64 channels, or inputs are three-valued.</summary>
    public static ChannelLists? TryFor(MappedLayer layer, RowList rowList)
    {
        int channels = layer.Map.Geometry.GroupInputChannels;
        if (layer.InputMayBeUndriven) return null;
        var cuts = layer.Map.Groups.SelectMany(group => (int[])[group.FirstRow % channels, group.EndRow % channels]).Append(0).Distinct().Order().ToList();
        if (cuts.Any(cut => cut % WordChannels != 0)) return null;
        int[] ranges = [.. cuts.Select(cut => cut / WordChannels), (channels + WordChannels - 1) / WordChannels];
        int RangeAt(int channel) => channel == channels ? ranges.Length - 1 : cuts.IndexOf(channel);
        return new(layer, rowList, [.. layer.Map.Groups.Select(group => PartsOf(group).ToArray())], ranges);

        IEnumerable<Part> PartsOf(RowGroup group)
        {
            for (int tap = group.FirstRow / channels; tap * channels < group.EndRow; tap++)
            {
                int first = Math.Max(0, group.FirstRow - tap * channels), end = Math.Min(channels, group.EndRow - tap * channels);
                yield return new(tap, RangeAt(first), RangeAt(end), tap * (channels + 1) * rowList.RowBytes);
            }
        }
    }

    /// <summary>The lists of one image.</summary>
    public readonly struct Listed(int* lists, ushort* starts, ushort* counts)
    {
        public readonly int* Lists = lists;
        public readonly ushort* Starts = starts;
        public readonly ushort* Counts = counts;
    }

    /// <summary>Lists the whole image.</summary>
    public Listed List(PackedImage image, int convGroup, KernelScratch scratch)
    {
        int* lists = (int*)scratch.Channels.Pointer((long)_bits * InputPixels * _stride * sizeof(int));
        long startsLength = (long)_bits * InputPixels * (Ranges + 1);
        ushort* starts = (ushort*)scratch.ChannelStarts.Pointer(2 * startsLength * sizeof(ushort)), counts = starts + startsLength;
        for (int plane = 0; plane < _bits; plane++)
            fixed (ulong* words = image.Plane(convGroup, plane))
                for (int pixel = 0; pixel < InputPixels; pixel++)
                {
                    long at = plane * InputPixels + pixel;
                    ListPixel(words + (long)pixel * _words, lists + at * _stride, starts + at * (Ranges + 1), counts + at * (Ranges + 1));
                }
        return new(lists, starts, counts);
    }

    private void ListPixel(ulong* words, int* list, ushort* starts, ushort* counts)
    {
        int* next = list;
        int count = 0;
        for (int range = 0; range < Ranges; range++)
        {
            (starts[range], counts[range]) = ((ushort)(next - list), (ushort)count);
            int* first = next;
            for (int word = _rangeWords[range]; word < _rangeWords[range + 1]; word++) next = _rowList.AppendWord(words[word], word * WordChannels * _rowList.RowBytes, next);
            int listed = (int)(next - first);
            count += listed;
            next = first + RowList.Pad(first, listed, CountProgram.RowStep, _zeroRow);
        }
        (starts[Ranges], counts[Ranges]) = ((ushort)(next - list), (ushort)count);
    }

    /// <summary>The input pixel under every kernel position of one output pixel; -1 outside the image.</summary>
    public void Cover(int pixel, Span<int> inputPixels)
    {
        int outputY = pixel / _geometry.OutputWidth, left = (pixel - outputY * _geometry.OutputWidth) * _geometry.StrideX - _geometry.PadLeft;
        for (int tap = 0, y = outputY * _geometry.StrideY - _geometry.PadTop; tap < inputPixels.Length; y += _geometry.DilationY)
            for (int x = left, end = tap + _geometry.KernelWidth; tap < end; tap++, x += _geometry.DilationX)
                inputPixels[tap] = (uint)y < (uint)_geometry.InputHeight && (uint)x < (uint)_geometry.InputWidth ? y * _geometry.InputWidth + x : -1;
    }

    /// <summary>The table rows of one row group that an input plane drives; returns how many segments.</summary>
    /// <param name="inputPixels">Of the output pixel's kernel positions.</param>
    /// <param name="segments">Room for <see cref="MostSegments"/>.</param>
    /// <param name="listed">Rows, without padding.</param>
    public int Select(in Listed image, int plane, int rowGroup, ReadOnlySpan<int> inputPixels, RowSegment* segments, out int listed)
    {
        int count = 0, ranges = Ranges + 1, pixels = InputPixels;
        listed = 0;
        foreach (ref readonly var part in _groups[rowGroup].AsSpan())
        {
            int pixel = inputPixels[part.Tap];
            if (pixel < 0) continue;
            long at = (long)plane * pixels + pixel;
            ushort* startsOf = image.Starts + at * ranges, countsOf = image.Counts + at * ranges;
            int first = startsOf[part.FirstRange];
            segments[count++] = new(image.Lists + at * _stride + first, startsOf[part.EndRange] - first, part.Offset);
            listed += countsOf[part.EndRange] - countsOf[part.FirstRange];
        }
        return count;
    }
}
