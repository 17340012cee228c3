using ImcEngine.Images.Sources;

namespace ImcEngine.Images.HubFiles;

/// <summary>
/// The pictures of Parquet files, in order. A row group is decoded as a whole, and the last few are kept: two, and up to
/// <see cref="MostKept"/> while their pictures are below <see cref="MostKeptBytes"/>. So pictures that are read nearly in order are decoded
/// once; read in random order, each may cost a row group.
/// </summary>
internal sealed class ParquetPictures : IPictures
{
    private const int LeastKept = 2, MostKept = 8;
    private const long MostKeptBytes = 1L << 28;

    private readonly record struct Group(ParquetShard Shard, int Index, int FirstPicture, int FirstRow);

    private sealed record Decoded(int Group, ReadOnlyMemory<byte>?[] Pictures, long Bytes);

    private readonly List<Group> _groups = [];
    private readonly Lock _keeping = new(), _decoding = new();

    /// <summary>The row groups that are kept, the one used last at the end.</summary>
    private readonly List<Decoded> _kept = [];

    public ParquetPictures(IReadOnlyList<ParquetShard> shards)
    {
        foreach (var shard in shards)
        {
            int row = 0, index = 0;
            foreach (int rows in shard.GroupRows)
            {
                if (rows > 0) _groups.Add(new(shard, index, Count, row));
                index++;
                row += rows;
                Count = checked(Count + rows);
            }
        }
    }

    public int Count { get; private set; }

    public string NameOf(int picture)
    {
        var group = _groups[GroupOf(picture)];
        return $"{group.Shard.Path}: row {group.FirstRow + picture - group.FirstPicture}";
    }

    public byte[] Read(int picture)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(picture);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(picture, Count);
        int index = GroupOf(picture);
        var decoded = Kept(index) ?? Decode(index);
        return decoded.Pictures[picture - _groups[index].FirstPicture] is { Length: > 0 } bytes ? bytes.ToArray()
            : throw new ImcException($"'{NameOf(picture)}' has no picture: its bytes are null or empty.");
    }

    private int GroupOf(int picture)
    {
        int low = 0, high = _groups.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_groups[middle].FirstPicture <= picture) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    private Decoded? Kept(int index)
    {
        lock (_keeping)
        {
            int at = _kept.FindIndex(decoded => decoded.Group == index);
            if (at < 0) return null;
            var found = _kept[at];
            _kept.RemoveAt(at);
            _kept.Add(found);
            return found;
        }
    }

    private Decoded Decode(int index)
    {
        // One at a time, so that memory stays within what is kept and one row group more.
        lock (_decoding)
        {
            if (Kept(index) is { } found) return found;
            var group = _groups[index];
            var pictures = group.Shard.ReadPictures(group.Index);
            var decoded = new Decoded(index, pictures, pictures.Sum(picture => (long)(picture?.Length ?? 0)));
            lock (_keeping)
            {
                _kept.Add(decoded);
                while (_kept.Count > MostKept || _kept.Count > LeastKept && _kept.Sum(each => each.Bytes) > MostKeptBytes)
                    _kept.RemoveAt(0);
            }
            return decoded;
        }
    }
}
