using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ImcEngine.Evaluation;

/// <summary>A hash that is equal for two runs only if every logit is equal, bit for bit.</summary>
public static class LogitsHash
{
    /// <summary>Returns the SHA-256, in lower-case hex, of all logits as little-endian float32 in image order.</summary>
    public static string Compute(float[] logits)
    {
        int[] bits = Array.ConvertAll(logits, BitConverter.SingleToInt32Bits);
        if (!BitConverter.IsLittleEndian) bits = Array.ConvertAll(bits, BinaryPrimitives.ReverseEndianness);
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(bits.AsSpan())));
    }
}
