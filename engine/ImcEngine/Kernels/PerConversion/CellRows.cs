using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// Lists the rows that a pixel drives on up to four input planes, ordered by their pattern: bit p is the row's bit on plane p. Patterns
/// follow each other in Gray's order, where neighbours differ in one plane. So one pass adds every row once, on however many planes it is
/// driven, and the sum of a plane needs only the running sums at which its bit changes:
/// <code>
/// pattern j     j ^ (j / 2),  j = 0 .. 2^planes - 1;  pattern 0 is listed only in XNOR, where rows that are driven as 0 count too,
///               and there only if some row is not driven: the sum of all rows is known (DieCells)
/// S[j]          the sum of the rows of patterns 0 .. j
/// plane p       - S[2^p - 1] + S[3 2^p - 1] - S[5 2^p - 1] ... + S[last] in the last plane        the rows with bit p
///
/// list  [0]                the number of steps, which add two rows each
///       [1 + j]            the slot of S[j]: a step stores its running sum in a slot, which the next steps of the pattern overwrite;
///                          slot 0 holds 0
///       [IsWhole]          1 if all rows are driven, else 0
///       [Header ..]        two rows per step; a pattern with an odd number of rows is padded with the row of zeros
///       [Slots ..]         the slot of each step
/// </code>
/// Rows and slots are offsets in units of <see cref="Unit"/> bytes.
/// </summary>
internal sealed unsafe class CellRows
{
    /// <summary>The input planes of one list.</summary>
    public const int MostPlanes = 4;

    /// <summary>The number of slots of running sums.</summary>
    public const int SlotCount = Patterns + 1;

    /// <summary>The index of the mark of lists whose rows are all driven.</summary>
    public const int IsWhole = Patterns + 1;

    public const int Header = IsWhole + 1;

    /// <summary>The unit of offsets, in bytes: the largest scale of an address.</summary>
    public const int Unit = 8;

    /// <summary>The most rows that offsets reach, with a row of zeros behind them.</summary>
    public const int MostRows = ushort.MaxValue / RowUnits;

    private const int RowBits = 4, RowUnits = 1 << RowBits, SlotUnits = DieCells.RowBytes / Unit;
    private const int Patterns = 1 << MostPlanes, WordRows = 64, VectorRows = 32, OctetRows = 8;

    private readonly int _mostRows;

    /// <param name="mostRows">The most rows of a list.</param>
    public CellRows(int mostRows) => _mostRows = mostRows;

    /// <summary>The index of the slot of the first step.</summary>
    public int Slots => Header + _mostRows + Patterns + WordRows;

    /// <summary>The length of a list.</summary>
    public int Length => Slots + (_mostRows + Patterns) / 2 + VectorRows;

    /// <summary>Lists rows.</summary>
    /// <param name="rows">The rows; those of the list are numbered from the first one on.</param>
    /// <param name="bits">The bits of the first plane, from flat row 0 on; those of the next planes follow.</param>
    /// <param name="words">The distance from one plane to the next.</param>
    /// <param name="planes">The number of planes.</param>
    /// <param name="driven">The driven rows; read only in XNOR.</param>
    /// <param name="isXnor">Whether rows count that are driven as 0.</param>
    /// <param name="zeroRow">The number of the row of zeros.</param>
    /// <param name="list">The list; written.</param>
    [SkipLocalsInit]
    public void List(RowGroup rows, ReadOnlySpan<ulong> bits, int words, int planes, ReadOnlySpan<ulong> driven, bool isXnor, int zeroRow,
        ushort* list)
    {
        int firstWord = rows.FirstRow / WordRows, wordCount = (rows.EndRow - 1) / WordRows - firstWord + 1;
        var masked = stackalloc ulong[(MostPlanes + 1) * wordCount];
        for (int word = 0; word < wordCount; word++)
        {
            int at = firstWord + word;
            for (int plane = 0; plane < planes; plane++)
                masked[word * (MostPlanes + 1) + plane] = BitRuns.Masked(bits[plane * words + at], at, rows.FirstRow, rows.EndRow);
            masked[word * (MostPlanes + 1) + MostPlanes] = isXnor ? BitRuns.Masked(driven[at], at, rows.FirstRow, rows.EndRow) : 0;
        }
        bool isWhole = isXnor && Driven(masked, wordCount) == rows.Rows;
        list[IsWhole] = (ushort)(isWhole ? 1 : 0);
        isXnor &= !isWhole;
        int first = firstWord * WordRows - rows.FirstRow;
        var codes = stackalloc Vector512<byte>[Avx512Vbmi2.IsSupported ? wordCount : 0];
        if (Avx512Vbmi2.IsSupported) Encode(masked, wordCount, planes, isXnor, codes);
        var starts = stackalloc ushort*[Patterns + 1];
        ushort* next = list + Header, slots = list + Slots;
        ushort slot = 0;
        int steps = 0;
        for (int j = 0; j < 1 << planes; j++)
        {
            int pattern = Pattern(j);
            starts[pattern] = next;
            int count = j == 0 && !isXnor ? 0 : Avx512Vbmi2.IsSupported ? Append(codes, wordCount, pattern, first, next)
                : Count(masked, wordCount, planes, pattern);
            if (count > 0)
            {
                slot = (ushort)((j + 1) * SlotUnits);
                next[count] = (ushort)(zeroRow * RowUnits);
                next += count + (count & 1);
                int end = steps + (count + 1) / 2;
                for (; steps < end; steps += VectorRows / 2) Vector256.Create(slot).Store(slots + steps);
                steps = end;
            }
            list[1 + j] = slot;
        }
        if (!Avx512Vbmi2.IsSupported) Distribute(masked, wordCount, planes, isXnor, first, starts);
        list[0] = (ushort)steps;
    }

    private static int Pattern(int j) => j ^ (j >> 1);

    private static int Driven(ulong* masked, int wordCount)
    {
        int count = 0;
        for (int word = 0; word < wordCount; word++) count += BitOperations.PopCount(masked[word * (MostPlanes + 1) + MostPlanes]);
        return count;
    }

    /// <summary>Returns the number of rows of a pattern.</summary>
    private static int Count(ulong* masked, int wordCount, int planes, int pattern)
    {
        int count = 0;
        for (int word = 0; word < wordCount; word++, masked += MostPlanes + 1)
        {
            ulong rows = pattern == 0 ? masked[MostPlanes] : ulong.MaxValue;
            for (int plane = 0; plane < planes; plane++) rows &= (pattern >> plane & 1) != 0 ? masked[plane] : ~masked[plane];
            count += BitOperations.PopCount(rows);
        }
        return count;
    }

    /// <summary>Writes every row to the list of its pattern. There is no branch on the bits, which nothing could predict.</summary>
    /// <param name="starts">The first entry of each pattern.</param>
    [SkipLocalsInit]
    private static void Distribute(ulong* masked, int wordCount, int planes, bool isXnor, int first, ushort** starts)
    {
        // Rows that are not listed are written over each other.
        const int Unlisted = Patterns;
        ushort unlisted;
        var steps = stackalloc int[Patterns + 1];
        new Span<int>(steps, Patterns).Fill(1);
        steps[Unlisted] = 0;
        starts[Unlisted] = &unlisted;
        if (!isXnor)
        {
            steps[0] = 0;
            starts[0] = &unlisted;
        }
        for (int word = 0; word < wordCount; word++, masked += MostPlanes + 1)
            for (int bit = 0; bit < WordRows; bit += OctetRows, first += OctetRows)
            {
                ulong codes = isXnor ? ByteSpread.Of((byte)~(masked[MostPlanes] >> bit)) << MostPlanes : 0;
                for (int plane = 0; plane < planes; plane++) codes |= ByteSpread.Of((byte)(masked[plane] >> bit)) << plane;
                for (int row = first; row < first + OctetRows; row++, codes >>= 8)
                {
                    ushort* at = starts[(byte)codes];
                    *at = (ushort)(row * RowUnits);
                    starts[(byte)codes] = at + steps[(byte)codes];
                }
            }
    }

    /// <summary>Writes the pattern of each row as a byte. Rows that are not driven get a byte that is no pattern.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Encode(ulong* masked, int wordCount, int planes, bool isXnor, Vector512<byte>* codes)
    {
        for (int word = 0; word < wordCount; word++, masked += MostPlanes + 1)
        {
            var code = Vector512<byte>.Zero;
            for (int plane = planes - 1; plane >= 0; plane--) code = code + code + Spread(masked[plane]);
            codes[word] = isXnor ? code + Vector512.Create((byte)Patterns) - (Spread(masked[MostPlanes]) << MostPlanes) : code;
        }
    }

    /// <summary>Writes the rows of a pattern; returns their number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Append(Vector512<byte>* codes, int wordCount, int pattern, int first, ushort* next)
    {
        Vector512<byte> sought = Vector512.Create((byte)pattern), indices = Vector512<byte>.Indices;
        ushort* start = next;
        for (int word = 0; word < wordCount; word++, first += WordRows)
        {
            var isSought = Vector512.Equals(codes[word], sought);
            var rows = Avx512Vbmi2.Compress(Vector512<byte>.Zero, isSought, indices);
            var origin = Vector512.Create((ushort)(first * RowUnits));
            ((Avx512BW.ConvertToVector512UInt16(rows.GetLower()) << RowBits) + origin).Store(next);
            ((Avx512BW.ConvertToVector512UInt16(rows.GetUpper()) << RowBits) + origin).Store(next + VectorRows);
            next += BitOperations.PopCount(isSought.ExtractMostSignificantBits());
        }
        return (int)(next - start);
    }

    /// <summary>Returns bit i of the word as the number in byte i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Spread(ulong bits)
    {
        var octets = Vector512.Create(0UL, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303, 0x0404040404040404,
            0x0505050505050505, 0x0606060606060606, 0x0707070707070707).AsByte();
        var ofByte = Avx512BW.Shuffle(Vector512.Create(bits).AsByte(), octets) & Vector512.Create(0x8040201008040201).AsByte();
        return Vector512.Min(ofByte, Vector512<byte>.One);
    }
}
