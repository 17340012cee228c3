using System.Numerics;
using System.Reflection.Emit;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Compiled;

/// <summary>
/// Emits code that adds table rows of one bit per lane to a bit-sliced counter, which stays in registers. Plane k of the counter is one
/// vector. The count of lane l is <c>sum over k of 2^k * bit l of plane k</c>, modulo 2^planes.
/// <code>
/// 32 rows -> carry-save adders (Harley-Seal) -> ones twos fours eights sixteens | thirty-twos ripple into planes 5, 6, ...
/// then 16 and 8 rows, where the list has more
/// </code>
/// Rows of several planes, each an entry of the list in several tables, are added together: 16 entries, then eight, digit by digit of the
/// counter.
/// Without ternary logic, two full adders together take eight operations instead of ten (Demenkov et al., "New upper bounds on the Boolean
/// circuit complexity of symmetric functions", 2010). For this, digits of equal weight are kept in pairs: one of them, and the exclusive or
/// of both.
/// </summary>
internal static class CarrySaveCounterEmitter
{
    /// <summary>Rows are added eight at a time, so lists are padded to a multiple of this with a row of zeros.</summary>
    public const int RowStep = CompactRowList.Step;

    /// <summary>The least number of planes of a counter.</summary>
    public const int LeastPlanes = CounterEncoding.LeastCounterPlanes;

    private const int MostRows = 32;

    /// <summary>Emits the addition of the rows of a list.</summary>
    /// <param name="rows">The pointer to the table row of offset 0.</param>
    /// <param name="list">The pointer to the list; the code moves it.</param>
    /// <param name="count">The number of entries.</param>
    /// <param name="counter">The variables that hold the planes of the counter.</param>
    /// <param name="hasWideLists">See <see cref="ConversionSpec.HasWideLists"/>.</param>
    /// <param name="temporaries">As for <see cref="BitVectorBuilder{TLanes, TVector}.Emit"/>.</param>
    public static void Emit<TLanes, TVector>(ILGenerator il, LocalBuilder rows, LocalBuilder list, LocalBuilder count,
        LocalBuilder[] counter, bool hasWideLists, List<LocalBuilder>? temporaries)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged =>
        Emit<TLanes, TVector>(il, [rows], list, count, counter, hasWideLists, temporaries);

    /// <summary>Emits the addition of the rows of a list in several planes.</summary>
    /// <param name="rows">For each plane the pointer to the table row of offset 0. Rows of plane p are added to plane p of the
    /// counter.</param>
    /// <inheritdoc cref="Emit{TLanes, TVector}(ILGenerator, LocalBuilder, LocalBuilder, LocalBuilder, LocalBuilder[], bool,
    /// List{LocalBuilder}?)"/>
    public static void Emit<TLanes, TVector>(ILGenerator il, LocalBuilder[] rows, LocalBuilder list, LocalBuilder count,
        LocalBuilder[] counter, bool hasWideLists, List<LocalBuilder>? temporaries)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        int together = rows.Length > 1 ? MostRows / 2 : MostRows;
        int entry = hasWideLists ? sizeof(int) : sizeof(ushort);
        Label test = il.DefineLabel(), body = il.DefineLabel();
        var end = il.DeclareLocal(typeof(nint));
        il.Emit(OpCodes.Ldloc, list);
        EmitMasked(il, count, -together);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Ldc_I4, entry);
        il.Emit(OpCodes.Mul);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, end);
        il.Emit(OpCodes.Br, test);
        il.MarkLabel(body);
        EmitRows<TLanes, TVector>(il, rows, list, together, counter, hasWideLists, temporaries);
        il.MarkLabel(test);
        il.Emit(OpCodes.Ldloc, list);
        il.Emit(OpCodes.Ldloc, end);
        il.Emit(OpCodes.Blt_Un, body);
        // Programs of digits, which share temporaries, have so many lists that their length decides whether they are optimized.
        if (temporaries is not null)
        {
            EmitRest<TLanes, TVector>(il, rows, list, count, together, counter, hasWideLists, temporaries);
            return;
        }
        for (int part = together / 2; part >= RowStep; part /= 2)
        {
            var skip = il.DefineLabel();
            EmitMasked(il, count, part);
            il.Emit(OpCodes.Brfalse, skip);
            EmitRows<TLanes, TVector>(il, rows, list, part, counter, hasWideLists, temporaries);
            il.MarkLabel(skip);
        }
    }

    private static void EmitMasked(ILGenerator il, LocalBuilder count, int mask)
    {
        il.Emit(OpCodes.Ldloc, count);
        il.Emit(OpCodes.Ldc_I4, mask);
        il.Emit(OpCodes.Conv_I8);
        il.Emit(OpCodes.And);
    }

    /// <summary>Emits the addition of the rows after the last 32, or 16, eight at a time: less code than two parts of 16 and 8
    /// rows.</summary>
    private static void EmitRest<TLanes, TVector>(ILGenerator il, LocalBuilder[] rows, LocalBuilder list, LocalBuilder count, int together,
        LocalBuilder[] counter, bool hasWideLists, List<LocalBuilder> temporaries)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        Label test = il.DefineLabel(), body = il.DefineLabel();
        EmitMasked(il, count, together - 1);
        il.Emit(OpCodes.Stloc, count);
        il.Emit(OpCodes.Br, test);
        il.MarkLabel(body);
        EmitRows<TLanes, TVector>(il, rows, list, RowStep, counter, hasWideLists, temporaries);
        il.Emit(OpCodes.Ldloc, count);
        il.Emit(OpCodes.Ldc_I4, RowStep);
        il.Emit(OpCodes.Conv_I8);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Stloc, count);
        il.MarkLabel(test);
        il.Emit(OpCodes.Ldloc, count);
        il.Emit(OpCodes.Brtrue, body);
    }

    private static void EmitRows<TLanes, TVector>(ILGenerator il, LocalBuilder[] rows, LocalBuilder list, int count, LocalBuilder[] counter,
        bool hasWideLists, List<LocalBuilder>? temporaries)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var block = new BitVectorBuilder<TLanes, TVector>();
        var planes = block.Read(counter);
        BitVectorExpression Row(int plane, int entry) => block.LoadRow(rows[plane], list, entry, hasWideLists);
        if (rows.Length > 1) AddPlanes(block, Row, rows.Length, count, planes);
        else AddPlane(block, entry => Row(0, entry), count, planes);
        block.Assign(counter, planes);
        block.Emit(il, temporaries);
        il.Emit(OpCodes.Ldloc, list);
        il.Emit(OpCodes.Ldc_I4, count * (hasWideLists ? sizeof(int) : sizeof(ushort)));
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Add);
        il.Emit(OpCodes.Stloc, list);
    }

    /// <summary>Adds rows of several planes, one digit of the counter after the other. Rows are loaded when they are added, and the
    /// counter's own digit is added last: the rows do not wait for it.</summary>
    /// <param name="row">Loads the row of a plane and an entry.</param>
    private static void AddPlanes<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, Func<int, int, BitVectorExpression> row,
        int rowPlanes, int count, BitVectorExpression[] planes)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        List<BitVectorExpression> carries = [];
        for (int plane = 0; plane < planes.Length; plane++)
        {
            BitVectorExpression[] carried = [.. carries, planes[plane]];
            int rowsOfPlane = plane < rowPlanes ? count : 0, all = rowsOfPlane + carried.Length, at = plane;
            BitVectorExpression Digit(int index) => index < rowsOfPlane ? row(at, index) : carried[index - rowsOfPlane];
            carries.Clear();
            var sum = Digit(0);
            int next = 1;
            for (; next + 1 < all; next += 2) carries.Add(Full(block, Digit(next), Digit(next + 1), ref sum));
            planes[plane] = next == all ? sum : block.Xor(sum, Digit(next));
            if (next < all) carries.Add(block.And(sum, Digit(next)));
        }
    }

    /// <summary>Adds rows of one plane.</summary>
    private static void AddPlane<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, Func<int, BitVectorExpression> row, int count,
        BitVectorExpression[] planes)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var carry = BitVectorBuilder<TLanes, TVector>.HasTernaryLogic ? Add(block, row, 0, count, planes)
            : Full(block, AddPairs(block, row, 0, count, planes), ref planes[BitOperations.Log2((uint)count) - 1]);
        for (int plane = BitOperations.Log2((uint)count); plane < planes.Length; plane++)
            (planes[plane], carry) = (block.Xor(planes[plane], carry), block.And(planes[plane], carry));
    }

    /// <summary>Adds <paramref name="count"/> rows to the lowest planes; returns the carry to the next plane.</summary>
    private static BitVectorExpression Add<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, Func<int, BitVectorExpression> row,
        int first, int count, BitVectorExpression[] planes)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        if (count == RowStep)
            return AddEight(block, Array.ConvertAll<int, BitVectorExpression>([0, 1, 2, 3, 4, 5, 6, 7], i => row(first + i)), planes);
        BitVectorExpression one = Add(block, row, first, count / 2, planes), two = Add(block, row, first + count / 2, count / 2, planes);
        return Full(block, one, two, ref planes[BitOperations.Log2((uint)count) - 1]);
    }

    /// <summary>Adds eight rows, first among themselves, so that few additions wait for those of the previous eight.</summary>
    private static BitVectorExpression AddEight<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] rows,
        BitVectorExpression[] planes)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        BitVectorExpression a = rows[2], b = rows[5];
        BitVectorExpression twosA = Full(block, rows[0], rows[1], ref a), twosB = Full(block, rows[3], rows[4], ref b),
            twosC = Full(block, rows[6], rows[7], ref a);
        var twosD = Full(block, a, b, ref planes[0]);
        BitVectorExpression foursA = Full(block, twosA, twosB, ref twosC), foursB = Full(block, twosC, twosD, ref planes[1]);
        return Full(block, foursA, foursB, ref planes[2]);
    }

    /// <summary>A full adder: c becomes the sum bit, and the carry is returned.</summary>
    private static BitVectorExpression Full<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression a,
        BitVectorExpression b, ref BitVectorExpression c)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var carry = block.Carry(a, b, c);
        c = block.Sum(a, b, c);
        return carry;
    }

    /// <summary>Adds <paramref name="count"/> rows to all but the last of the planes that they take; returns the two digits that remain for
    /// that plane.</summary>
    private static Pair AddPairs<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, Func<int, BitVectorExpression> row, int first,
        int count, BitVectorExpression[] planes)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        Pair Half(int start) => count == 4 ? new(row(start), block.Xor(row(start), row(start + 1)))
            : AddPairs(block, row, start, count / 2, planes);
        Pair a = Half(first), b = Half(first + count / 2);
        return DoubleFull(block, a, b, ref planes[BitOperations.Log2((uint)count) - 2]);
    }

    /// <summary>Two full adders on five digits: c becomes the sum bit, and the two carries are returned.</summary>
    private static Pair DoubleFull<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, Pair a, Pair b, ref BitVectorExpression c)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        BitVectorExpression some = block.Or(a.Differ, block.Xor(a.One, c)), sum = block.Xor(c, a.Differ);
        c = block.Xor(sum, b.Differ);
        return new(block.Xor(sum, some), block.Xor(some, block.And(~b.Differ, block.Xor(b.One, sum))));
    }

    /// <summary>A full adder on a pair and c: c becomes the sum bit, and the carry is returned.</summary>
    private static BitVectorExpression Full<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, Pair a, ref BitVectorExpression c)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        BitVectorExpression some = block.Or(a.Differ, block.Xor(a.One, c));
        c = block.Xor(c, a.Differ);
        return block.Xor(c, some);
    }

    /// <summary>Two digits of equal weight: one of them, and the exclusive or of both.</summary>
    private readonly record struct Pair(BitVectorExpression One, BitVectorExpression Differ);
}
