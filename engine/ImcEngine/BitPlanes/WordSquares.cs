using System.Runtime.Intrinsics;

namespace ImcEngine.BitPlanes;

/// <summary>Transposes squares of 64 x 64 bits, four at a time: one in each word of the vectors.</summary>
internal static unsafe class WordSquares
{
    public const int Side = 64, AtOnce = 4;

    /// <summary>Bit c of row r becomes bit r of row c. Smaller and smaller squares off the diagonal are exchanged.</summary>
    /// <param name="rows">Row r of the four squares in each vector; read and written.</param>
    public static void Transpose(Vector256<ulong>* rows)
    {
        ulong low = uint.MaxValue;
        for (int distance = Side / 2; distance > 0; distance /= 2, low ^= low << distance)
        {
            var mask = Vector256.Create(low);
            // Only the rows whose number has a 0 in the bit of the distance.
            for (int row = 0; row < Side; row = (row + distance + 1) & ~distance)
            {
                Vector256<ulong> above = rows[row], below = rows[row + distance], changed = ((above >> distance) ^ below) & mask;
                rows[row + distance] = below ^ changed;
                rows[row] = above ^ (changed << distance);
            }
        }
    }
}
