namespace ImcEngine.Evaluation.Data;

/// <summary>
/// The random draws of one image of <c>shapes10</c>: Philox4x32-10 (Salmon et al., SC 2011) under the key (seed) and the counter
/// (image, split, stream, block). Nothing depends on the order in which images are drawn.
/// </summary>
internal struct ShapeDraws(ulong seed, Split split, uint image, uint stream)
{
    private uint _block;
    private int _used = 4;
    private uint _a, _b, _c, _d;

    /// <summary>The next 32 bits.</summary>
    public uint NextBits()
    {
        if (_used == 4)
        {
            NextBlock();
            _used = 0;
        }
        return _used++ switch { 0 => _a, 1 => _b, 2 => _c, _ => _d };
    }

    /// <summary>Uniform in [low, high), 24 bits fine.</summary>
    public float Next(float low, float high) => low + (high - low) * ((NextBits() >> 8) * (1f / (1 << 24)));

    /// <summary>Uniform in 0 .. count - 1 (to 2^-32 * count).</summary>
    public int NextBelow(int count) => (int)((ulong)NextBits() * (uint)count >> 32);

    private void NextBlock()
    {
        (_a, _b, _c, _d) = (image, (uint)split, stream, _block++);
        uint key0 = (uint)seed, key1 = (uint)(seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong left = 0xD2511F53UL * _a, right = 0xCD9E8D57UL * _c;
            (_a, _b, _c, _d) = ((uint)(right >> 32) ^ _b ^ key0, (uint)right, (uint)(left >> 32) ^ _d ^ key1, (uint)left);
            key0 += 0x9E3779B9;
            key1 += 0xBB67AE85;
        }
    }
}
