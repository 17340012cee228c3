namespace ImcEngine.Data;

/// <summary>Explains what is wrong with a gzip file.</summary>
internal static class Gzip
{
    /// <summary>Runs what unpacks a file by <see cref="System.IO.Compression.GZipStream"/>.</summary>
    /// <exception cref="ImcException">The file is not a gzip file, or it is damaged.</exception>
    public static T Unpacking<T>(string path, Func<T> unpack)
    {
        try
        {
            return unpack();
        }
        catch (InvalidDataException e)
        {
            throw new ImcException($"'{path}' is not a gzip file, or its content is damaged or does not match its checksum "
                + "(gzip -t FILE tells which). Make it again, e.g. with tar -czf.", e);
        }
    }
}
