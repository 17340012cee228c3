using System.IO.Compression;
using ImcEngine.Data;
using ImcEngine.Tests.Importer;

namespace ImcEngine.Tests.Data;

/// <summary>Archives that are not what they say.</summary>
public sealed class CifarArchiveTests : IDisposable
{
    private static readonly byte[] Record = new byte[CifarFormat.RecordBytes], Names = [.. "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"u8];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_archive_made_by_hand_is_read()
    {
        var images = Read(
            TarBytes.Entry("./", [], '5'), TarBytes.Entry("./batches.meta.txt", Names),
            TarBytes.Entry("./test_batch.bin", [.. Record, .. Record]), TarBytes.End);
        Assert.Equal((2, "j"), (images.Count, images.ClassNames[9]));
    }

    [Theory]
    [InlineData(0x7F7F_7F7F_7F7F_7F7F)]
    [InlineData(0x0000_0000_800A_A2AA)]
    [InlineData(long.MaxValue / CifarFormat.RecordBytes * CifarFormat.RecordBytes)]
    public void A_size_that_is_only_claimed_is_not_believed(long claimed)
    {
        byte[] size = [0x80, 0, 0, 0, .. BitConverter.GetBytes(claimed).Reverse()];
        Refuses("unpacks to more than 1073741824 bytes", TarBytes.Entry("test_batch.bin", [], size: size));
    }

    [Fact]
    public void Memory_grows_with_the_records_that_are_there_and_not_with_those_that_are_claimed()
    {
        byte[] claimed = TarBytes.Octal(300_000L * CifarFormat.RecordBytes, 11);
        byte[] archive = TarBytes.Zipped(TarBytes.Entry("test_batch.bin", Record, size: claimed));
        File.WriteAllBytes(_folder["a.tar.gz"], archive);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("is cut short", Assert.Throws<ImcException>(() =>
            CifarFormat.Read(_folder["a.tar.gz"])).Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
    }

    [Fact]
    public void Class_names_are_bounded() =>
        Refuses("class names are at most 16384", TarBytes.Entry("batches.meta.txt", [], size: TarBytes.Octal(1_100_000_000 / 2, 11)));

    [Theory]
    [InlineData("x/test_batch.bin", "x/test_batch.bin")]
    [InlineData("x/test_batch.bin", "y/test_batch.bin")]
    public void A_batch_that_is_there_twice_is_refused(string first, string second) =>
        Refuses("holds 'test_batch.bin' twice", TarBytes.Entry(first, Record), TarBytes.Entry(second, Record), TarBytes.End);

    [Fact]
    public void Class_names_that_are_there_twice_are_refused() =>
        Refuses(
            "'batches.meta.txt' twice", TarBytes.Entry("a/batches.meta.txt", Names), TarBytes.Entry("b/batches.meta.txt", Names),
            TarBytes.End);

    [Theory]
    [InlineData('1')]
    [InlineData('2')]
    [InlineData('3')]
    [InlineData('5')]
    public void A_batch_that_is_no_file_is_refused_and_other_such_entries_are_passed_over(char type)
    {
        Refuses("not a regular file", TarBytes.Entry("test_batch.bin", [], type), TarBytes.End);
        Assert.Equal(1, Read(TarBytes.Entry("other.bin", [], type), TarBytes.Entry("test_batch.bin", Record), TarBytes.End).Count);
    }

    [Fact]
    public void A_sparse_batch_is_refused() =>
        Refuses("--sparse", TarBytes.Pax('x', ("GNU.sparse.realsize", "3073")), TarBytes.Entry("test_batch.bin", Record), TarBytes.End);

    [Theory]
    [InlineData(0)]
    [InlineData(3072)]
    [InlineData(3074)]
    public void A_batch_of_other_than_whole_records_is_refused(int bytes) =>
        Refuses($"test_batch.bin' has {bytes} bytes", TarBytes.Entry("test_batch.bin", new byte[bytes]), TarBytes.End);

    [Fact]
    public void A_label_above_9_is_refused() =>
        Refuses("record 1 has label 10", TarBytes.Entry("test_batch.bin", [.. Record, 10, .. Record[1..]]), TarBytes.End);

    [Fact]
    public void An_archive_without_its_end_is_refused_even_where_all_entries_are_whole() =>
        Refuses("is cut short", TarBytes.Entry("test_batch.bin", Record));

    [Fact]
    public void Compressed_data_is_checked_to_its_end()
    {
        byte[] archive = TarBytes.Zipped(TarBytes.Entry("test_batch.bin", Record), TarBytes.End);
        archive[^6] ^= 1; // Of the checksum.
        File.WriteAllBytes(_folder["a.tar.gz"], archive);
        Assert.Contains("a.tar.gz' is not a gzip file, or its content is damaged or does not match its checksum",
            Assert.Throws<ImcException>(() =>
            CifarFormat.Read(_folder["a.tar.gz"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_that_unpacks_beyond_the_limit_is_refused()
    {
        // Half a gibibyte of zeros, twice, none of it an image.
        byte[] header = TarBytes.Entry("readme", [], size: TarBytes.Octal(1 << 29, 11)), zeros = new byte[1 << 20];
        using (var zip = new GZipStream(File.Create(_folder["bomb.tar.gz"]), CompressionLevel.Fastest))
        {
            for (int entry = 0; entry < 2; entry++)
            {
                zip.Write(header);
                for (int part = 0; part < 1 << 9; part++) zip.Write(zeros);
            }
        }
        Assert.Contains("unpacks to more than", Assert.Throws<ImcException>(() =>
            CifarFormat.Read(_folder["bomb.tar.gz"])).Message, StringComparison.Ordinal);
    }

    [SharedTheory("faults/archive-exceptions")]
    [InlineData("fuzz-argumentoutofrange.tar.gz")]
    [InlineData("fuzz-invalidoperation.tar.gz")]
    [InlineData("tar-claims-max.tar.gz")]
    [InlineData("tar-size-overflow.tar.gz")]
    public void Archives_that_were_internal_errors_are_refused(string file)
    {
        string path = Path.Combine(SharedFolder.Find("faults/archive-exceptions")!, file);
        Assert.Contains(file, Assert.Throws<ImcException>(() => CifarFormat.Read(path)).Message, StringComparison.Ordinal);
    }

    private void Refuses(string message, params byte[][] parts)
    {
        var refused = Assert.Throws<ImcException>(() => Read(parts));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.Contains("a.tar.gz", refused.Message, StringComparison.Ordinal);
    }

    private ImageSet Read(params byte[][] parts)
    {
        File.WriteAllBytes(_folder["a.tar.gz"], TarBytes.Zipped(parts));
        return CifarFormat.Read(_folder["a.tar.gz"]);
    }
}
