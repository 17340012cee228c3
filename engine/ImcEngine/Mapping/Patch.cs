using ImcEngine.BitPlanes;

namespace ImcEngine.Mapping;

/// <summary>
/// The input bits that one output pixel's rows see: per plane, the flattened (kernel position, channel) axis as words,
/// flat row r = bit (r mod 64) of word r / 64. Padded positions are 0 in every plane.
/// </summary>
internal static class Patch
{
    /// <summary>Words of one plane; one more than the rows need, so that appending may spill.</summary>
    public static int Words(ConvGeometry geometry) => (geometry.Taps * geometry.GroupInputChannels + 63) / 64 + 1;

    /// <param name="patch"><c>[plane, word]</c>, written.</param>
    public static void Read(PackedImage image, ConvGeometry geometry, int convGroup, int y, int x, Span<ulong> patch)
    {
        int words = Words(geometry);
        patch[..(words * image.Planes)].Clear();
        int top = y * geometry.StrideY - geometry.PadTop, left = x * geometry.StrideX - geometry.PadLeft;
        for (int plane = 0; plane < image.Planes; plane++)
            ReadPlane(image.Plane(convGroup, plane), image.WordsPerPixel, geometry, top, left, patch.Slice(plane * words, words));
    }

    private static void ReadPlane(ReadOnlySpan<ulong> plane, int wordsPerPixel, ConvGeometry geometry, int top, int left, Span<ulong> patch)
    {
        // Neighbouring pixels' words are neighbours: a kernel row inside the image is one copy where channels fill their words.
        bool wholeRows = geometry.DilationX == 1 && geometry.GroupInputChannels == wordsPerPixel * 64 && left >= 0 && left + geometry.KernelWidth <= geometry.InputWidth;
        int length = wholeRows ? geometry.KernelWidth : 1;
        for (int tap = 0; tap < geometry.Taps; tap += length)
        {
            int y = top + tap / geometry.KernelWidth * geometry.DilationY, x = left + tap % geometry.KernelWidth * geometry.DilationX;
            if ((uint)y >= (uint)geometry.InputHeight || (uint)x >= (uint)geometry.InputWidth) continue;
            Append(plane.Slice((y * geometry.InputWidth + x) * wordsPerPixel, length * wordsPerPixel), patch, tap * geometry.GroupInputChannels);
        }
    }

    private static void Append(ReadOnlySpan<ulong> bits, Span<ulong> patch, int row)
    {
        int word = row >> 6, shift = row & 63;
        if (shift == 0)
        {
            bits.CopyTo(patch[word..]);
            return;
        }
        foreach (ulong b in bits)
        {
            patch[word++] |= b << shift;
            patch[word] |= b >> (64 - shift);
        }
    }
}
