namespace ImcEngine.BitPlanes;

/// <summary>
/// One image's activation codes as bit-planes, channels side by side in words:
/// <code>
/// words [convGroup][plane][y][x][word]      channel c of the group = bit (c mod 64) of word c / 64; bits beyond the channels are 0
/// planes 0 .. bits-1: stored digits          plane bits (three-valued inputs only): 1 where the position drives its row
/// </code>
/// Reused from layer to layer and image to image.
/// </summary>
internal sealed class PackedImage
{
    private ulong[] _words = [];

    public int WordsPerPixel { get; private set; }
    public int Planes { get; private set; }
    private int _pixels;

    /// <summary>Packs <paramref name="codes"/>, <c>[channel, pixel]</c>.</summary>
    /// <param name="withDrivenPlane">Add the plane that marks driven positions (code 0 of a bipolar format is undriven).</param>
    public void Pack(ReadOnlySpan<short> codes, int channels, int pixels, int convGroups, OperandFormat format, bool withDrivenPlane)
    {
        int groupChannels = channels / convGroups;
        WordsPerPixel = (groupChannels + 63) / 64;
        Planes = format.Bits + (withDrivenPlane ? 1 : 0);
        _pixels = pixels;
        int length = convGroups * Planes * pixels * WordsPerPixel;
        if (_words.Length < length) _words = new ulong[length];
        Array.Clear(_words, 0, length);
        for (int channel = 0; channel < channels; channel++)
        {
            int within = channel % groupChannels;
            int origin = channel / groupChannels * Planes * pixels * WordsPerPixel + within / 64;
            PackChannel(codes.Slice(channel * pixels, pixels), format, origin, within & 63, withDrivenPlane);
        }
    }

    /// <summary>The words of one plane, <c>[pixel, word]</c>.</summary>
    public ReadOnlySpan<ulong> Plane(int convGroup, int plane) =>
        _words.AsSpan((convGroup * Planes + plane) * _pixels * WordsPerPixel, _pixels * WordsPerPixel);

    /// <summary>A digit moves to its channel's bit position; pixels lie side by side in the vector.</summary>
    private void PackChannel(ReadOnlySpan<short> codes, OperandFormat format, int origin, int bitPosition, bool withDrivenPlane)
    {
        int planeStride = _pixels * WordsPerPixel;
        for (int pixel = 0; pixel < codes.Length; pixel++)
        {
            int code = codes[pixel];
            if (format.Encoding == Encoding.Bipolar && code == 0) continue; // undriven: no digit, no driven mark
            int digits = format.Digits(code), at = origin + pixel * WordsPerPixel;
            for (int plane = 0; plane < format.Bits; plane++, at += planeStride)
                _words[at] |= (ulong)(digits >> plane & 1) << bitPosition;
            if (withDrivenPlane) _words[at] |= 1UL << bitPosition;
        }
    }
}
