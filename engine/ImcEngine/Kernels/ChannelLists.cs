using System.Numerics;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>
/// The set channels of every input position, listed once an image: every output pixel whose kernel covers the position copies its list, moved to the kernel
/// position's rows. A 3x3 layer so searches each bit once instead of nine times.
/// <code>
/// channels  [plane][input pixel][entry]     set channels of the convolution group, ascending
/// starts    [plane][input pixel][word]      first entry of each 64 channels, and the end
/// </code>
/// </summary>
internal sealed unsafe class ChannelLists
{
    /// <summary>Entries that are written beyond the last valid one of a row list.</summary>
    public const int Slack = 16;

    private const int WordChannels = 64;
    private static readonly ushort[] BitsOfByte = ListBits();

    private readonly ConvGeometry _geometry;
    private readonly Part[][] _groups;
    private readonly int _bits, _words, _stride, _shift;

    private ChannelLists(MappedLayer layer, int vectorBytes, Part[][] groups)
    {
        _geometry = layer.Map.Geometry;
        _groups = groups;
        _bits = layer.Map.InputFormat.Bits;
        _words = (_geometry.GroupInputChannels + WordChannels - 1) / WordChannels;
        _stride = _words * WordChannels + Slack;
        _shift = BitOperations.Log2((uint)vectorBytes);
    }

    private int InputPixels => _geometry.InputHeight * _geometry.InputWidth;
    private int StartsLength => _words + 1;

    /// <summary>What a row group takes of one kernel position.</summary>
    /// <param name="FirstWord">Of its channels, 64 a word.</param>
    /// <param name="EndWord">The first one not taken.</param>
    /// <param name="Origin">Byte offset of the position's first row.</param>
    private readonly record struct Part(int Tap, int FirstWord, int EndWord, int Origin);

    /// <summary>Null where row groups cut elsewhere than between 64 channels, or inputs are three-valued.</summary>
    public static ChannelLists? TryFor(MappedLayer layer, int vectorBytes)
    {
        int channels = layer.Map.Geometry.GroupInputChannels;
        if (layer.InputMayBeUndriven || channels > ushort.MaxValue) return null;
        var groups = new List<Part[]>();
        foreach (var group in layer.Map.Groups)
        {
            var parts = new List<Part>();
            for (int tap = group.FirstRow / channels; tap * channels < group.EndRow; tap++)
            {
                int first = Math.Max(0, group.FirstRow - tap * channels), end = Math.Min(channels, group.EndRow - tap * channels);
                if (first % WordChannels != 0 || (end % WordChannels != 0 && end != channels)) return null;
                parts.Add(new(tap, first / WordChannels, (end + WordChannels - 1) / WordChannels, tap * channels * vectorBytes));
            }
            groups.Add([.. parts]);
        }
        return new(layer, vectorBytes, [.. groups]);
    }

    /// <summary>Lists the whole image.</summary>
    public void List(PackedImage image, int convGroup, KernelScratch scratch)
    {
        var channels = scratch.Channels.Span<ushort>(_bits * InputPixels, _stride);
        var starts = scratch.ChannelStarts.Span<ushort>(_bits * InputPixels, StartsLength);
        fixed (ushort* entries = channels, bitsOfByte = BitsOfByte)
            for (int plane = 0; plane < _bits; plane++)
            {
                var words = image.Plane(convGroup, plane);
                for (int pixel = 0; pixel < InputPixels; pixel++)
                {
                    int at = plane * InputPixels + pixel;
                    ListPixel(words.Slice(pixel * _words, _words), bitsOfByte, entries + (long)at * _stride, starts.Slice(at * StartsLength, StartsLength));
                }
            }
    }

    private static void ListPixel(ReadOnlySpan<ulong> words, ushort* bitsOfByte, ushort* entries, Span<ushort> starts)
    {
        ushort* next = entries;
        for (int word = 0; word < words.Length; word++)
        {
            starts[word] = (ushort)(next - entries);
            int channel = word * WordChannels;
            for (ulong rest = words[word]; rest != 0; rest >>= 8, channel += 8)
            {
                int octet = (int)rest & 0xFF;
                (Vector128.Load(bitsOfByte + octet * 8) + Vector128.Create((ushort)channel)).Store(next);
                next += BitOperations.PopCount((uint)octet);
            }
        }
        starts[words.Length] = (ushort)(next - entries);
    }

    /// <summary>The input pixel under every kernel position of one output pixel; -1 outside the image.</summary>
    public void Cover(int pixel, Span<int> inputPixels)
    {
        int outputY = pixel / _geometry.OutputWidth, left = (pixel - outputY * _geometry.OutputWidth) * _geometry.StrideX - _geometry.PadLeft;
        for (int tap = 0, y = outputY * _geometry.StrideY - _geometry.PadTop; tap < inputPixels.Length; y += _geometry.DilationY)
            for (int x = left, end = tap + _geometry.KernelWidth; tap < end; tap++, x += _geometry.DilationX)
                inputPixels[tap] = (uint)y < (uint)_geometry.InputHeight && (uint)x < (uint)_geometry.InputWidth ? y * _geometry.InputWidth + x : -1;
    }

    /// <summary>Appends the table rows of one row group that an input plane drives; returns how many.</summary>
    /// <param name="inputPixels">Of the output pixel's kernel positions.</param>
    /// <param name="list">Byte offsets; room for them and <see cref="Slack"/> more.</param>
    public int Append(KernelScratch scratch, int plane, int rowGroup, ReadOnlySpan<int> inputPixels, int* list)
    {
        int* next = list;
        var channels = (ushort*)scratch.Channels.Pointer(0);
        var starts = (ushort*)scratch.ChannelStarts.Pointer(0);
        foreach (ref readonly var part in _groups[rowGroup].AsSpan())
        {
            int pixel = inputPixels[part.Tap];
            if (pixel < 0) continue;
            long at = (long)plane * InputPixels + pixel;
            ushort* ofPixel = starts + at * StartsLength;
            int first = ofPixel[part.FirstWord], count = ofPixel[part.EndWord] - first;
            ushort* from = channels + at * _stride + first;
            var origin = Vector256.Create(part.Origin);
            for (int i = 0; i < count; i += Slack)
            {
                var (low, high) = Vector256.Widen(Vector256.Load(from + i));
                ((low.AsInt32() << _shift) + origin).Store(next + i);
                ((high.AsInt32() << _shift) + origin).Store(next + i + 8);
            }
            next += count;
        }
        return (int)(next - list);
    }

    /// <summary>For each byte its set bits, ascending, in eight entries.</summary>
    private static ushort[] ListBits()
    {
        var lists = new ushort[256 * 8];
        for (int bits = 0; bits < 256; bits++)
            for (int bit = 0, at = bits * 8; bit < 8; bit++)
                if ((bits >> bit & 1) != 0) lists[at++] = (ushort)bit;
        return lists;
    }
}
