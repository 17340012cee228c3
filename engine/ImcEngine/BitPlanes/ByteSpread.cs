namespace ImcEngine.BitPlanes;

/// <summary>Spreads eight bits over the bytes of a word.</summary>
internal static class ByteSpread
{
    /// <summary>The number 1 in every byte.</summary>
    public const ulong OnePerByte = 0x0101010101010101;

    private const ulong BitOfByte = 0x8040201008040201, AllButTop = 0x7F7F7F7F7F7F7F7F;

    /// <summary>Returns bit i of the octet as the number in byte i.</summary>
    public static ulong Of(byte octet) => (((octet * OnePerByte & BitOfByte) + AllButTop) >> 7) & OnePerByte;
}
