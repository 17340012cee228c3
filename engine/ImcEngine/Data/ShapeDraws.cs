using ImcEngine.Randomness;

namespace ImcEngine.Data;

/// <summary>
/// The random draws of one image of <c>shapes10</c>: Philox with the seed as key and the counter (image, split, stream, block).
/// The order in which images are drawn does not matter.
/// </summary>
internal struct ShapeDraws(ulong seed, Split split, uint image, uint stream)
{
    private readonly PhiloxKey _key = new((uint)seed, (uint)(seed >> 32));
    private uint _used;
    private PhiloxBlock _block;

    /// <summary>Returns the next 32 bits.</summary>
    public uint NextBits()
    {
        uint word = _used % 4;
        if (word == 0) _block = Philox.Block(_key, new(image, (uint)split, stream, _used / 4));
        _used++;
        return word switch { 0 => _block.Word0, 1 => _block.Word1, 2 => _block.Word2, _ => _block.Word3 };
    }

    /// <summary>Returns a uniform number in [low, high) with a resolution of 24 bits.</summary>
    public float Next(float low, float high) => low + (high - low) * ((NextBits() >> 8) * (1f / (1 << 24)));

    /// <summary>Returns a uniform integer in 0 .. count - 1, with a bias of at most 2^-32 * count.</summary>
    public int NextBelow(int count) => (int)((ulong)NextBits() * (uint)count >> 32);
}
