namespace ImcEngine.Images.Arrays;

/// <summary>
/// A part of a file. The file is opened for each read, so that it needs no closing and its name may be used again; that costs some
/// microseconds a record.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="start">The part's first byte.</param>
/// <param name="length">The part's length.</param>
internal sealed class FileBytes(string path, long start, long length) : IBytes
{
    public long Length => length;

    public void Read(long at, Span<byte> destination)
    {
        try
        {
            using var file = InputFile.OpenRead(path, "data");
            for (int done = 0; done < destination.Length;)
            {
                int count = RandomAccess.Read(file.SafeFileHandle, destination[done..], start + at + done);
                if (count == 0)
                    throw new ImcException($"'{path}' has become shorter since it was opened; start again with a file that stays.");
                done += count;
            }
        }
        catch (IOException e)
        {
            throw new ImcException($"'{path}' cannot be read: {e.Message}", e);
        }
    }
}
