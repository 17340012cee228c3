namespace ImcEngine.Mapping;

/// <summary>
/// The rows that one conversion sums: a run of flat rows. A flat row is kernel position * channels + channel, with the channels of the
/// convolution group. Every mapping cuts this axis into such runs.
/// </summary>
/// <param name="FirstRow">The flat row of row 0 of the group.</param>
/// <param name="Rows">The number of rows; more than the macro's rows only in an overfull fold.</param>
/// <param name="Chunk">The index of its cut of the channels (<c>single-tap</c>, folds): the groups of one chunk hold the same channels at
/// different kernel positions.</param>
internal readonly record struct RowGroup(int FirstRow, int Rows, int Chunk)
{
    public int EndRow => FirstRow + Rows;
}
