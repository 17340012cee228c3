namespace ImcEngine.Mapping;

/// <summary>
/// The rows that one conversion sums: a run of the flattened (kernel position, channel in convolution group) axis,
/// flat row = kernel position * channels + channel. Every mapping cuts that axis into such runs.
/// </summary>
/// <param name="FirstRow">Flat row of row 0 of the group.</param>
/// <param name="Rows">How many; more than the macro's rows only in an overfull fold.</param>
/// <param name="Chunk">Which channel cut it holds (<c>single-tap</c>):
/// groups of one chunk hold the same channels at the different kernel positions.</param>
internal readonly record struct RowGroup(int FirstRow, int Rows, int Chunk)
{
    public int EndRow => FirstRow + Rows;
}
