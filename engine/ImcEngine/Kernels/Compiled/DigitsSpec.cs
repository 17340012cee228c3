using ImcEngine.Kernels.Adc;

namespace ImcEngine.Kernels.Compiled;

/// <summary>
/// The digits that the conversions of a program take (ARITHMETIC §15). One operand is in the lists: an item has the lists of all its
/// planes, the most significant first, and one conversion per digit. The other operand is in the rows: a list adds the rows of all planes
/// of the digit, each to a plane of the count.
/// <code>
/// pixels in the lanes    lists: weights     rows: inputs
/// columns in the lanes   lists: inputs      rows: weights
/// </code>
/// A start of <see cref="StartParts.Common"/> has the planes of each digit of the lists, the lowest digit first. A start of
/// <see cref="StartParts.Words"/> belongs to a digit's first list, and is two numbers: that of most lanes, and that of the lanes that the
/// vector of <see cref="StartParts.Common"/> marks. <see cref="StartParts.Vectors"/> of the same list are added to them.
/// </summary>
/// <param name="RowPlanes">The planes of the digit that rows hold.</param>
/// <param name="PlaneBytes">The bytes from the rows of a plane to those of the next one.</param>
/// <param name="Lists">The digits that lists hold, the most significant first.</param>
/// <param name="ArePaired">Whether lists come in pairs, with the rows that both add in a list of its own.</param>
internal sealed record DigitsSpec(int RowPlanes, int PlaneBytes, ValueList<ListDigit> Lists, bool ArePaired)
{
    /// <summary>The most planes of rows that are added together. More of them need more registers and longer programs; a program that is
    /// too long is made again with one.</summary>
    public int MostTogether { get; init; } = 3;

    /// <summary>The planes of rows that are added together, where ternary logic is there: all of a few, else two at a time, or one where
    /// their number is odd.</summary>
    public int PlanesTogether => RowPlanes <= MostTogether ? RowPlanes : MostTogether >= 2 && RowPlanes % 2 == 0 ? 2 : 1;

    /// <summary>Returns whether two digits are the two planes of a pair, whose shared rows are then counted once for both.</summary>
    public bool ArePair(ListDigit digit, int together, int planesBefore) =>
        ArePaired && digit.Planes == 1 && together == 2 && planesBefore % 2 == 0;

    /// <summary>Returns the number of neighbouring digits whose conversions differ only in that their codes may be flipped.</summary>
    public int CountLike(int first)
    {
        int count = 1;
        while (first + count < Lists.Count && Lists[first] with { IsFlipped = false } == Lists[first + count] with { IsFlipped = false })
            count++;
        return count;
    }

    /// <summary>Returns how many of the digits that are alike a pass of their loop converts: as many as end with a pair.</summary>
    /// <param name="count">The number of digits that are alike.</param>
    public int Together(ListDigit digit, int count)
    {
        int together = ArePaired && digit.Planes % 2 != 0 ? 2 : 1;
        return count % together == 0 ? together : count;
    }

    /// <summary>Returns the lists of a digit.</summary>
    /// <param name="before">1 where the next conversion is the second of a pair, else 0.</param>
    /// <param name="first">The index of the digit's top plane, from the next conversion on.</param>
    public IEnumerable<DigitList> ListsOf(int before, int first, ListDigit digit)
    {
        for (int index = first; index < first + digit.Planes; index++)
        {
            int plane = first + digit.Planes - 1 - index;
            var kind = index == first && digit.TopIsNegative ? ListKind.Negative : ListKind.Single;
            yield return new(kind, index, IsShared: false, plane);
            if (!ArePaired) continue;
            // Where a pair is in two digits, each counts the shared rows.
            int pair = (before + index) / 2 * 2 - before, other = index == pair ? index + 1 : pair;
            bool isWithin = other >= first && other < first + digit.Planes;
            if (!isWithin) yield return new(kind, pair, IsShared: true, plane);
            else if (index != pair) yield return pair == first && digit.TopIsNegative
                ? new(ListKind.Negative, pair, IsShared: true, plane) : new(ListKind.Threefold, pair, IsShared: true, plane);
        }
    }
}

/// <summary>A digit of the operand in the lists.</summary>
/// <param name="Planes">The number of its planes.</param>
/// <param name="TopIsNegative">Whether its top plane, one of several, has negative weight.</param>
/// <param name="IsFlipped">Whether the digit has negative weight, so that its complement is accumulated.</param>
internal readonly record struct ListDigit(int Planes, bool TopIsNegative, bool IsFlipped)
{
    /// <summary>Returns the digits of an operand, the most significant first.</summary>
    public static ValueList<ListDigit> Of(BitPlanes.OperandDigits digits) =>
        [.. Enumerable.Range(0, digits.Count).Reverse().Select(digit => new ListDigit(digits[digit].Planes,
            digits[digit].Planes > 1 && digits[digit].EndPlane - 1 == digits.Format.NegativeBit, digits.Weight(digit) < 0))];
}

/// <summary>What a count adds to the total.</summary>
internal enum ListKind
{
    Negative,
    Threefold,
    Single,
}

/// <summary>A list of rows.</summary>
/// <param name="Index">The index of its conversion, from the next one on.</param>
/// <param name="IsShared">Whether it is the list that a pair shares.</param>
/// <param name="Plane">The plane of the count to which its rows are added.</param>
internal readonly record struct DigitList(ListKind Kind, int Index, bool IsShared, int Plane);
