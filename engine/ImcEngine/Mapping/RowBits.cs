using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;

namespace ImcEngine.Mapping;

/// <summary>
/// The weight bits of <see cref="PackedWeights"/> row by row:
/// <code>words  [convGroup][64 columns][flat row]     column c of the 64 = bit c; columns that the layer does not have are 0</code>
/// </summary>
internal sealed unsafe class RowBits
{
    private const int Side = WordSquares.Side, AtOnce = WordSquares.AtOnce;

    private readonly ulong[] _words;
    private readonly int _rows, _blocks;

    /// <param name="weights">The weights.</param>
    /// <param name="convGroups">The number of convolution groups.</param>
    /// <param name="columns">The number of columns of a convolution group.</param>
    public RowBits(PackedWeights weights, int convGroups, int columns)
    {
        (_rows, _blocks) = (weights.Rows, (columns + Side - 1) / Side);
        _words = new ulong[convGroups * _blocks * _rows];
        for (int convGroup = 0; convGroup < convGroups; convGroup++)
            for (int first = 0; first < columns; first += Side)
                Transpose(weights, convGroup, first, Math.Min(Side, columns - first));
    }

    /// <summary>Returns the bits of 64 columns in one row.</summary>
    public ulong Of(int convGroup, int block, int row) => _words[(convGroup * _blocks + block) * _rows + row];

    [SkipLocalsInit]
    private void Transpose(PackedWeights weights, int convGroup, int firstColumn, int columns)
    {
        var squares = stackalloc Vector256<ulong>[Side];
        var rows = _words.AsSpan((convGroup * _blocks + firstColumn / Side) * _rows, _rows);
        for (int word = 0; word * Side < _rows; word += AtOnce)
        {
            int count = Math.Min(AtOnce, (_rows + Side - 1) / Side - word);
            new Span<ulong>(squares, Side * AtOnce).Clear();
            for (int column = 0; column < columns; column++)
                weights.Column(convGroup, firstColumn + column).Slice(word, count).CopyTo(new(squares + column, AtOnce));
            WordSquares.Transpose(squares);
            for (int square = 0; square < count; square++)
                for (int row = (word + square) * Side, end = Math.Min(row + Side, _rows), i = 0; row < end; row++, i++)
                    rows[row] = ((ulong*)(squares + i))[square];
        }
    }
}
