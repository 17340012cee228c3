using System.Reflection.Emit;
using ImcEngine.Kernels.BitVectors;

namespace ImcEngine.Kernels.Compiled;

/// <summary>
/// Conversions of digits (<see cref="DigitsSpec"/>), with pixels or columns in the lanes. The rows of several planes are added to one
/// counter, each plane at its weight:
/// <code>
/// for every digit in the lists, the most significant first:
///   total = start
///   for every kind of list of the digit:                            -2^k, 3 * 2^k, 2^k
///     count = 0
///     for every plane in the rows, the most significant first: count = 2 count + the lists of this kind, each at plane k
///                             (with ternary logic the planes of <see cref="DigitsSpec.PlanesTogether"/> at a time)
///     total += -count, 3 count, count
///   convert the total; number = 2^planes number + code
/// </code>
/// The rows that both planes of a pair add are counted once, and count three times: 2^k for the lower plane and 2^(k + 1) for the higher
/// one. If the higher one is negative, they count -2^k. Where a pair is two digits, they are added to the totals of both.
/// </summary>
internal sealed unsafe partial class ConversionCompiler<TLanes, TVector>
{
    /// <summary>Returns the least planes of a counter to which lists of digits are added.</summary>
    private static int PlanesOfDigits(ConversionSpec spec) => spec.Digits is not { } digits ? 0
        : spec.RowPlane + digits.Lists.Max(digit => digit.Planes) - 1 + CarrySaveCounterEmitter.LeastPlanes;

    private void EmitDigits(DigitsSpec digits)
    {
        var total = Variables(_spec.Plan.Planes);
        var common = Behind(_common, (digits.Lists.Count - 1) * total.Length * sizeof(TVector));
        EmitBlock(block =>
        {
            foreach (var plane in _sums.SelectMany(sum => sum.Number)) block.Assign(plane, BitVectorExpression.Zero);
            if (_spec.FirstIsNegative) block.Assign(_flip, BitVectorExpression.All(digits.Lists[0].IsFlipped));
        });
        for (int first = 0, count, planes = 0; first < digits.Lists.Count; first += count)
        {
            var digit = digits.Lists[first];
            count = digits.CountLike(first);
            EmitLike(digits, digit, count, planes, total, common);
            planes += count * digit.Planes;
        }
        EmitBlock(block => Accumulate(block, Array.ConvertAll(_sums, sum => block.Read(sum.Number))));
    }

    /// <summary>Emits neighbouring digits that are alike, in a loop.</summary>
    /// <param name="planes">The planes of the digits before them.</param>
    private void EmitLike(DigitsSpec digits, ListDigit digit, int count, int planes, LocalBuilder[] total, LocalBuilder common)
    {
        int together = digits.Together(digit, count);
        var left = _il.DeclareLocal(typeof(long));
        _il.Emit(OpCodes.Ldc_I4, count);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Stloc, left);
        var again = _il.DefineLabel();
        _il.MarkLabel(again);
        if (digits.ArePair(digit, together, planes)) EmitPair(digits, digit, total, common);
        else
            for (int i = 0; i < together; i++) EmitDigit(digits, planes % 2, i * digit.Planes, digit, total, common);
        NextConversions(together * digit.Planes);
        CountDown(left, together);
        _il.Emit(OpCodes.Ldloc, left);
        _il.Emit(OpCodes.Brtrue, again);
    }

    /// <param name="before">1 where the next conversion is the second of a pair, else 0.</param>
    /// <param name="first">The index of the digit's top plane, from the next conversion on.</param>
    private void EmitDigit(DigitsSpec digits, int before, int first, ListDigit digit, LocalBuilder[] total, LocalBuilder common)
    {
        EmitBlock(block => StartTotal(block, total, common, first));
        Move(common, () => _il.Emit(OpCodes.Ldc_I4, -total.Length * sizeof(TVector)));
        var lists = digits.ListsOf(before, first, digit).ToLookup(list => list.Kind);
        foreach (var kind in Enum.GetValues<ListKind>().Where(lists.Contains))
        {
            EmitLists(digits, [.. lists[kind]]);
            EmitBlock(block => AddTo(block, total, kind));
        }
        EmitBlock(block => AppendDigit(block, total, digit));
    }

    /// <summary>Emits two digits that are the planes of a pair.</summary>
    private void EmitPair(DigitsSpec digits, ListDigit digit, LocalBuilder[] total, LocalBuilder common)
    {
        EmitLists(digits, [new(ListKind.Single, 0, IsShared: true, Plane: 0)]);
        EmitBlock(block => block.Assign(_shared, block.Read(_counter)[.._shared.Length]));
        for (int i = 0; i < 2; i++)
        {
            EmitBlock(block => StartTotal(block, total, common, i));
            Move(common, () => _il.Emit(OpCodes.Ldc_I4, -total.Length * sizeof(TVector)));
            EmitLists(digits, [new(ListKind.Single, i, IsShared: false, Plane: 0)]);
            EmitBlock(block =>
            {
                var sum = block.Read(total);
                Add(block, sum, plane => block.Read(_shared[plane]), BitVectorExpression.Zero);
                Add(block, sum, plane => block.Read(_counter[plane]), BitVectorExpression.Zero);
                block.Assign(total, sum);
            });
            EmitBlock(block => AppendDigit(block, total, digit));
        }
    }

    /// <summary>Counts the rows of some lists in all planes of the rows.</summary>
    private void EmitLists(DigitsSpec digits, DigitList[] lists)
    {
        int together = BitVectorBuilder<TLanes, TVector>.HasTernaryLogic ? digits.PlanesTogether : 1;
        LocalBuilder[] rows = [.. Enumerable.Range(digits.RowPlanes - together, together)
            .Select(plane => Behind(_rows, plane * digits.PlaneBytes))];
        EmitBlock(block =>
        {
            foreach (var plane in _counter) block.Assign(plane, BitVectorExpression.Zero);
        });
        Label next = _il.DefineLabel(), count = _il.DefineLabel();
        _il.Emit(OpCodes.Br, count);
        _il.MarkLabel(next);
        EmitBlock(block =>
        {
            for (int plane = 0; plane < _counter.Length; plane++)
                block.Assign(_counter[plane], plane < together ? BitVectorExpression.Zero : block.Read(_counter[plane - together]));
        });
        foreach (var ofPlane in rows) Move(ofPlane, () => _il.Emit(OpCodes.Ldc_I4, -together * digits.PlaneBytes));
        _il.MarkLabel(count);
        foreach (var list in lists)
            CarrySaveCounterEmitter.Emit<TLanes, TVector>(_il, rows,
                Field(list.IsShared ? nameof(Conversion.Shared) : nameof(Conversion.List), typeof(nint), list.Index),
                Field(list.IsShared ? nameof(Conversion.SharedCount) : nameof(Conversion.Count), typeof(long), list.Index),
                _counter[(_spec.RowPlane + list.Plane)..], _spec.HasWideLists, _temporaries);
        if (digits.RowPlanes == together) return;
        _il.Emit(OpCodes.Ldloc, rows[0]);
        _il.Emit(OpCodes.Ldloc, _rows);
        _il.Emit(OpCodes.Bne_Un, next);
    }

    /// <summary>Returns a pointer to what lies some bytes behind another.</summary>
    private LocalBuilder Behind(LocalBuilder pointer, int bytes)
    {
        var behind = _il.DeclareLocal(typeof(nint));
        _il.Emit(OpCodes.Ldloc, pointer);
        _il.Emit(OpCodes.Ldc_I4, bytes);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, behind);
        return behind;
    }

    /// <param name="common">The planes of the digit's common start.</param>
    /// <param name="first">The index of the conversion that has the digit's start.</param>
    private void StartTotal(BitVectorBuilder<TLanes, TVector> block, LocalBuilder[] total, LocalBuilder common, int first)
    {
        bool hasWords = _spec.Start.HasFlag(StartParts.Words);
        var words = hasWords ? Field(nameof(Conversion.Words), typeof(nint), first) : null;
        var mask = hasWords ? block.Load(_common, 0) : BitVectorExpression.Zero;
        var vectors = _spec.Start.HasFlag(StartParts.Vectors) ? Field(nameof(Conversion.Vectors), typeof(nint), first) : null;
        if (vectors is not null) Move(vectors, () => _il.Emit(OpCodes.Ldarg, (short)4));
        var carry = BitVectorExpression.Zero;
        for (int plane = 0; plane < total.Length; plane++)
        {
            var start = words is not null ? Selected(plane)
                : _spec.Start.HasFlag(StartParts.Common) ? block.Load(common, plane)
                : BitVectorExpression.All((_spec.StartCounts >> plane & 1) != 0);
            var own = vectors is null ? BitVectorExpression.Zero : block.Load(vectors, plane);
            block.Assign(total[plane], block.Sum(start, own, carry));
            carry = block.Carry(start, own, carry);
        }

        BitVectorExpression Selected(int plane)
        {
            BitVectorExpression other = block.LoadWord(words, plane), inMask = block.LoadWord(words, total.Length + plane);
            return block.XorAnd(other, mask, block.Xor(other, inMask));
        }
    }

    /// <summary>Adds the counter to the total.</summary>
    private void AddTo(BitVectorBuilder<TLanes, TVector> block, LocalBuilder[] total, ListKind kind)
    {
        var sum = block.Read(total);
        var count = block.Read(_counter);
        if (kind == ListKind.Threefold)
            Add(block, sum, plane => plane == 0 ? BitVectorExpression.Zero : count[plane - 1], BitVectorExpression.Zero);
        // total - count = total + ~count + 1
        if (kind == ListKind.Negative) Add(block, sum, plane => ~count[plane], BitVectorExpression.Ones);
        else Add(block, sum, plane => count[plane], BitVectorExpression.Zero);
        block.Assign(total, sum);
    }

    private static void Add(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] sum, Func<int, BitVectorExpression> number,
        BitVectorExpression carry)
    {
        for (int plane = 0; plane < sum.Length; plane++)
        {
            BitVectorExpression a = sum[plane], b = number(plane);
            (sum[plane], carry) = (block.Sum(a, b, carry), block.Carry(a, b, carry));
        }
    }

    private void AppendDigit(BitVectorBuilder<TLanes, TVector> block, LocalBuilder[] total, ListDigit digit)
    {
        var digits = Digits(block, new(total, 0), _spec.FirstIsNegative ? block.Read(_flip) : BitVectorExpression.Zero);
        for (int i = 0; i < _sums.Length; i++) Append(block, _sums[i].Number, digits[i], digit.Planes);
        if (_spec.FirstIsNegative) block.Assign(_flip, BitVectorExpression.Zero);
    }
}
