using System.IO.Compression;
using ImcEngine.Data;

namespace ImcEngine.Images.Sources;

/// <summary>
/// The pictures of a compressed tar archive. It can only be unpacked from its begin, so one reader walks through it for all threads and
/// keeps the pictures that it passed last:
/// <code>
/// pictures in the order of the archive:   0 ... first ... next ... end      kept: first .. next - 1, of at most 256 MiB (one, if larger)
/// picture &lt; first: unpack again from the begin;   picture >= next: unpack up to it
/// </code>
/// Pictures are asked for nearly in ordinal order of their names. An archive in another order is read over and over; where that would take
/// too long, it is refused.
/// </summary>
internal sealed class GzippedTarPictures : NamedPictures, IDisposable
{
    /// <summary>The maximum size of the pictures that are kept.</summary>
    public const long MostKeptBytes = 256L << 20;

    /// <summary>What one pass over all pictures may unpack, some minutes of work; an archive that is read once or twice is allowed at any
    /// size.</summary>
    private const long MostUnpackedBytes = 64L << 30;

    private const long SmallArchiveBytes = 128L << 20, MostRatio = 100;

    private readonly Lock _turn = new();
    private readonly FileStream _file;
    private readonly TarIndex _index;

    /// <summary>For each place in the archive the sum of the pictures' sizes before it.</summary>
    private readonly long[] _bytesBefore;

    private readonly byte[]?[] _kept;
    private readonly long _mostKeptBytes;
    private GZipStream? _unpacked;
    private long _position;
    private int _first, _next;

    private GzippedTarPictures(FileStream file, TarIndex index, long mostKeptBytes)
        : base(index.Names)
    {
        (_file, _index, _mostKeptBytes) = (file, index, mostKeptBytes);
        _kept = new byte[]?[index.Parts.Length];
        _bytesBefore = new long[index.Parts.Length + 1];
        for (int i = 0; i < index.Parts.Length; i++) _bytesBefore[i + 1] = _bytesBefore[i] + KeptBytesOf(index.Parts[i]);
    }

    /// <summary>Unpacks the archive once to find its pictures and to check its checksum.</summary>
    /// <param name="mostKeptBytes">The maximum size of the pictures that are kept.</param>
    /// <exception cref="ImcException">The archive cannot be read, is damaged, holds no pictures, unpacks to much more than pictures do, or
    /// is in an order that takes too long to read.</exception>
    public static GzippedTarPictures Open(string path, long mostKeptBytes = MostKeptBytes)
    {
        var index = InputFile.Read(path, ArchiveFile.What, stream => Gzip.Unpacking(path, () =>
        {
            using var unpacked = new GZipStream(stream, CompressionMode.Decompress, leaveOpen: true);
            return TarIndex.Read(path, new(unpacked, path, SmallArchiveBytes + (MostRatio * stream.Length)));
        }));
        var pictures = new GzippedTarPictures(InputFile.OpenRead(path, ArchiveFile.What), index, mostKeptBytes);
        pictures.RequireOrder();
        return pictures;
    }

    /// <summary>Returns the bytes that are unpacked when all pictures are asked for once, in their order.</summary>
    public long BytesOfAPass()
    {
        long bytes = 0, at = 0;
        int first = 0, next = 0;
        foreach (int place in _index.Places)
        {
            if (place >= first && place < next) continue;
            if (place < first) at = 0;
            bytes += EndOf(place) - at;
            (at, first, next) = (EndOf(place), FirstKeptAt(place), place + 1);
        }
        return bytes;
    }

    public override byte[] Read(int picture)
    {
        int place = _index.Places[picture];
        RequireReadable(picture, _index.Parts[place].Bytes);
        byte[] kept;
        lock (_turn) kept = KeptAt(place);
        return [.. kept];
    }

    public void Dispose()
    {
        _unpacked?.Dispose();
        _file.Dispose();
    }

    /// <summary>Returns a picture from those that are kept, after unpacking up to it if it is not among them.</summary>
    private byte[] KeptAt(int place)
    {
        if (place >= _first && place < _next) return _kept[place]!;
        try
        {
            return InputFile.Attempt(Names.Source, ArchiveFile.What, () => Gzip.Unpacking(Names.Source, () => UnpackUpTo(place)));
        }
        catch
        {
            // Where the reader stands is not known any more.
            Restart();
            throw;
        }
    }

    private byte[] UnpackUpTo(int place)
    {
        if (_unpacked is null || place < _first) Restart();
        int first = Math.Max(_first, FirstKeptAt(place));
        while (_first < Math.Min(first, _next)) _kept[_first++] = null;
        for (_next = Math.Max(_next, first); _next <= place; _next++)
        {
            var part = _index.Parts[_next];
            if (KeptBytesOf(part) < part.Bytes) continue;
            Pass(part.Offset - _position);
            var bytes = new byte[part.Bytes];
            _unpacked!.ReadExactly(bytes);
            _position += bytes.Length;
            _kept[_next] = bytes;
        }
        _first = first;
        return _kept[place]!;
    }

    private void Restart()
    {
        _unpacked?.Dispose();
        _file.Position = 0;
        _unpacked = new(_file, CompressionMode.Decompress, leaveOpen: true);
        Array.Clear(_kept, _first, _next - _first);
        (_position, _first, _next) = (0, 0, 0);
    }

    private void Pass(long bytes)
    {
        Span<byte> passed = stackalloc byte[1 << 13];
        for (long left = bytes; left > 0; left -= Math.Min(left, passed.Length))
            _unpacked!.ReadExactly(passed[..(int)Math.Min(left, passed.Length)]);
        _position += bytes;
    }

    /// <summary>Returns the first place of the pictures that are kept once <paramref name="place"/> was read.</summary>
    private int FirstKeptAt(int place)
    {
        int found = Array.BinarySearch(_bytesBefore, 0, place + 1, _bytesBefore[place + 1] - _mostKeptBytes);
        return Math.Min(found >= 0 ? found : ~found, place);
    }

    private long EndOf(int place) => _index.Parts[place].Offset + _index.Parts[place].Bytes;

    /// <summary>A picture beyond the limit is never kept.</summary>
    private static long KeptBytesOf(TarPart part) => part.Bytes > PictureFiles.MostBytes ? 0 : part.Bytes;

    private void RequireOrder()
    {
        long pass = BytesOfAPass(), whole = EndOf(_index.Parts.Length - 1);
        if (pass <= Math.Max(MostUnpackedBytes, 2 * whole)) return;
        Dispose();
        throw new ImcException($"'{Names.Source}' is compressed, and its pictures are not in the order of their names: one pass over them "
            + $"would unpack {pass >> 30} GiB, for an archive of {whole >> 30} GiB. Decompress it (gzip -d) and give the .tar, which is "
            + "read at any place, or make it with tar --sort=name.");
    }
}
