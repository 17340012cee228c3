using System.Reflection.Emit;
using ImcEngine.Kernels.BitVectors;

namespace ImcEngine.Kernels.Compiled;

/// <summary>
/// Conversions of digits (<see cref="DigitsSpec"/>). The rows of several planes are added to one counter, each plane at its weight:
/// <code>
/// for every weight digit, the most significant first:
///   total = start
///   for every kind of list of the digit:                            -2^k, 3 * 2^k, 2^k
///     count = 0
///     for every input plane, the most significant first: count = 2 count + the lists of this kind, each at plane k
///     total += -count, 3 count, count
///   convert the total; number = 2^planes number + code
/// </code>
/// The rows that both planes of a pair add are counted once, and count three times: 2^k for the lower plane and 2^(k + 1) for the higher
/// one. If the higher one is negative, they count -2^k.
/// </summary>
internal sealed unsafe partial class ConversionCompiler<TLanes, TVector>
{
    /// <summary>What a count adds to the total.</summary>
    private enum ListKind
    {
        Negative,
        Threefold,
        Single,
    }

    /// <summary>A list of rows.</summary>
    /// <param name="Index">The index of its conversion, from the next one on.</param>
    /// <param name="IsShared">Whether it is the list that a pair shares.</param>
    /// <param name="Plane">The plane of the count to which its rows are added.</param>
    private readonly record struct DigitList(ListKind Kind, int Index, bool IsShared, int Plane);

    /// <summary>Returns the least planes of a counter to which lists of digits are added.</summary>
    private static int PlanesOfDigits(ConversionSpec spec) => spec.Digits is not { } digits ? 0
        : spec.RowPlane + digits.Weights.Max(weight => weight.Planes) - 1 + CarrySaveCounterEmitter.LeastPlanes;

    private void EmitDigits(DigitsSpec digits)
    {
        var total = Variables(_spec.Plan.Planes);
        var common = _il.DeclareLocal(typeof(nint));
        _il.Emit(OpCodes.Ldloc, _common);
        _il.Emit(OpCodes.Ldc_I4, (digits.Weights.Count - 1) * total.Length * sizeof(TVector));
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, common);
        EmitBlock(block =>
        {
            foreach (var plane in _sums.SelectMany(sum => sum.Number)) block.Assign(plane, BitVectorExpression.Zero);
            if (_spec.FirstIsNegative) block.Assign(_flip, BitVectorExpression.All(digits.Weights[0].IsFlipped));
        });
        for (int first = 0, count, planes = 0; first < digits.Weights.Count; first += count)
        {
            var weight = digits.Weights[first];
            for (count = 1; first + count < digits.Weights.Count && IsLike(weight, digits.Weights[first + count]);) count++;
            EmitLike(digits, weight, count, planes, total, common);
            planes += count * weight.Planes;
        }
        EmitBlock(block => Accumulate(block, Array.ConvertAll(_sums, sum => block.Read(sum.Number))));
    }

    /// <summary>Whether the conversions of two digits differ only in that their codes may be flipped.</summary>
    private static bool IsLike(WeightDigitSpec one, WeightDigitSpec other) =>
        (one.Planes, one.TopIsNegative) == (other.Planes, other.TopIsNegative);

    /// <summary>Emits neighbouring digits that are alike, in a loop. In a pass of the loop are as many digits as end with a pair.</summary>
    /// <param name="planes">The planes of the digits before them.</param>
    private void EmitLike(DigitsSpec digits, WeightDigitSpec weight, int count, int planes, LocalBuilder[] total, LocalBuilder common)
    {
        int together = digits.ArePaired && weight.Planes % 2 != 0 ? 2 : 1;
        if (count % together != 0) together = count;
        var left = _il.DeclareLocal(typeof(long));
        _il.Emit(OpCodes.Ldc_I4, count);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Stloc, left);
        var again = _il.DefineLabel();
        _il.MarkLabel(again);
        for (int digit = 0; digit < together; digit++)
            EmitDigit(ListsOf(digits, planes % 2, digit * weight.Planes, weight), digits, weight, total, common);
        NextConversions(together * weight.Planes);
        CountDown(left, together);
        _il.Emit(OpCodes.Ldloc, left);
        _il.Emit(OpCodes.Brtrue, again);
    }

    private void EmitDigit(IEnumerable<DigitList> all, DigitsSpec digits, WeightDigitSpec weight, LocalBuilder[] total,
        LocalBuilder common)
    {
        EmitBlock(block => StartTotal(block, total, common));
        Move(common, () => _il.Emit(OpCodes.Ldc_I4, -total.Length * sizeof(TVector)));
        var lists = all.ToLookup(list => list.Kind);
        foreach (var kind in Enum.GetValues<ListKind>().Where(lists.Contains))
        {
            EmitLists(digits, [.. lists[kind]]);
            EmitBlock(block => AddTo(block, total, kind));
        }
        EmitBlock(block => AppendDigit(block, total, weight));
    }

    /// <summary>Returns the lists of a digit.</summary>
    /// <param name="before">1 where the next conversion is the second of a pair, else 0.</param>
    /// <param name="first">The index of the digit's top plane, from the next conversion on.</param>
    private static IEnumerable<DigitList> ListsOf(DigitsSpec digits, int before, int first, WeightDigitSpec weight)
    {
        for (int index = first; index < first + weight.Planes; index++)
        {
            int plane = first + weight.Planes - 1 - index;
            var kind = index == first && weight.TopIsNegative ? ListKind.Negative : ListKind.Single;
            yield return new(kind, index, IsShared: false, plane);
            if (!digits.ArePaired) continue;
            // Where a pair is in two digits, each counts the shared rows.
            int pair = (before + index) / 2 * 2 - before, other = index == pair ? index + 1 : pair;
            bool isWithin = other >= first && other < first + weight.Planes;
            if (!isWithin) yield return new(kind, pair, IsShared: true, plane);
            else if (index != pair) yield return pair == first && weight.TopIsNegative
                ? new(ListKind.Negative, pair, IsShared: true, plane) : new(ListKind.Threefold, pair, IsShared: true, plane);
        }
    }

    /// <summary>Counts the rows of some lists in all planes of the input digit.</summary>
    private void EmitLists(DigitsSpec digits, DigitList[] lists)
    {
        var rows = _il.DeclareLocal(typeof(nint));
        _il.Emit(OpCodes.Ldloc, _rows);
        _il.Emit(OpCodes.Ldc_I4, (digits.InputPlanes - 1) * digits.PlaneBytes);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, rows);
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
                block.Assign(_counter[plane], plane == 0 ? BitVectorExpression.Zero : block.Read(_counter[plane - 1]));
        });
        Move(rows, () => _il.Emit(OpCodes.Ldc_I4, -digits.PlaneBytes));
        _il.MarkLabel(count);
        foreach (var list in lists)
            CarrySaveCounterEmitter.Emit<TLanes, TVector>(_il, rows,
                Field(list.IsShared ? nameof(Conversion.Shared) : nameof(Conversion.List), typeof(nint), list.Index),
                Field(list.IsShared ? nameof(Conversion.SharedCount) : nameof(Conversion.Count), typeof(long), list.Index),
                _counter[(_spec.RowPlane + list.Plane)..], _spec.HasWideLists, _temporaries);
        _il.Emit(OpCodes.Ldloc, rows);
        _il.Emit(OpCodes.Ldloc, _rows);
        _il.Emit(OpCodes.Bne_Un, next);
    }

    /// <param name="common">The planes of the digit's common start.</param>
    private void StartTotal(BitVectorBuilder<TLanes, TVector> block, LocalBuilder[] total, LocalBuilder common)
    {
        for (int plane = 0; plane < total.Length; plane++)
            block.Assign(total[plane], _spec.Start.HasFlag(StartParts.Common) ? block.Load(common, plane)
                : BitVectorExpression.All((_spec.StartCounts >> plane & 1) != 0));
    }

    /// <summary>Adds the counter to the total.</summary>
    private void AddTo(BitVectorBuilder<TLanes, TVector> block, LocalBuilder[] total, ListKind kind)
    {
        var sum = block.Read(total);
        var count = block.Read(_counter);
        if (kind == ListKind.Threefold) Add(plane => plane == 0 ? BitVectorExpression.Zero : count[plane - 1], BitVectorExpression.Zero);
        // total - count = total + ~count + 1
        if (kind == ListKind.Negative) Add(plane => ~count[plane], BitVectorExpression.Ones);
        else Add(plane => count[plane], BitVectorExpression.Zero);
        block.Assign(total, sum);

        void Add(Func<int, BitVectorExpression> number, BitVectorExpression carry)
        {
            for (int plane = 0; plane < sum.Length; plane++)
            {
                BitVectorExpression a = sum[plane], b = number(plane);
                (sum[plane], carry) = (block.Sum(a, b, carry), block.Carry(a, b, carry));
            }
        }
    }

    private void AppendDigit(BitVectorBuilder<TLanes, TVector> block, LocalBuilder[] total, WeightDigitSpec weight)
    {
        var digits = Digits(block, new(total, 0), _spec.FirstIsNegative ? block.Read(_flip) : BitVectorExpression.Zero);
        for (int i = 0; i < _sums.Length; i++) Append(block, _sums[i].Number, digits[i], weight.Planes);
        if (_spec.FirstIsNegative) block.Assign(_flip, BitVectorExpression.Zero);
    }
}
