using ImcEngine.Data;

namespace ImcEngine.Tests.Data;

/// <summary>Images are read once before a run: broken ones are found, small sets stay, and the hash is that of the same images in memory.
/// </summary>
public class ImageCheckTests
{
    private static readonly ImageShape Shape = new(1, 2, 3);

    /// <summary>Record i holds bytes from 10 i on; some records are broken.</summary>
    private sealed class Counted(int count, params int[] broken) : IImageRecords
    {
        private int _reads;

        public int Reads => _reads;
        public ImageShape Shape => ImageCheckTests.Shape;
        public int Count => count;
        public bool AreFloats => false;
        public double DecodingSeconds => 0;

        public void Read(int record, Span<byte> elements)
        {
            Interlocked.Increment(ref _reads);
            if (broken.Contains(record)) throw new BrokenImageException($"picture {record} is cut", new InvalidOperationException());
            for (int i = 0; i < elements.Length; i++) elements[i] = (byte)(10 * record + i);
        }
    }

    private static ImageSet Set(IImageRecords records) =>
        new("counted", ["a", "b", "c"], records, [.. Enumerable.Range(0, records.Count).Select(i => i % 3)]);

    private static ImageSet InMemory(params int[] records) => new("memory", ["a", "b", "c"],
        new ByteRecords(Shape, [.. records.SelectMany(record => Enumerable.Range(0, 6).Select(i => (byte)(10 * record + i)))]),
        [.. records.Select(record => record % 3)]);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Images_are_read_once_and_hash_like_those_in_memory(int threads)
    {
        var records = new Counted(200);
        var check = ImageCheck.Run(Set(records), threads);
        Assert.Equal(200, records.Reads);
        Assert.True(check.Images.IsInMemory);
        Assert.Equal(InMemory([.. Enumerable.Range(0, 200)]).Sha256, check.Images.Sha256);
        Assert.Equal(InMemory([.. Enumerable.Range(0, 200)]).Image(7), check.Images.Image(7));
        Assert.Equal(200, records.Reads);
    }

    [Fact]
    public void Broken_images_are_left_out_and_the_others_keep_their_index()
    {
        var check = ImageCheck.Run(Set(new Counted(5, broken: [1, 4])), threads: 2);
        Assert.Equal(["picture 1 is cut", "picture 4 is cut"], check.Broken);
        Assert.Equal([0, 2, 3], Enumerable.Range(0, check.Images.Count).Select(check.Images.RecordIndex));
        Assert.Equal([0, 2, 0], check.Images.Labels());
        Assert.Equal(InMemory(0, 2, 3).Sha256, check.Images.Sha256);
        Assert.Equal(2, check.Images.First(2).Label(1));
    }

    [Fact]
    public void A_set_of_which_nothing_can_be_read_is_empty() =>
        Assert.Equal(0, ImageCheck.Run(Set(new Counted(2, broken: [0, 1])), threads: 1).Images.Count);

    [Fact]
    public void Labels_of_more_than_256_classes_are_hashed_as_two_bytes()
    {
        string[] names = [.. Enumerable.Range(0, 300).Select(i => $"{i}")];
        ImageSet Labelled(int label) => new("x", [.. names], new ByteRecords(Shape, new byte[6]), [label]);
        Assert.NotEqual(Labelled(1).Sha256, Labelled(257).Sha256);
        byte[] expected = [1, 1, 0, 0, 0, 0, 0, 0];
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(expected)), Labelled(257).Sha256);
    }

    [Fact]
    public void Images_without_labels_have_none_and_floats_are_normalized_as_bytes_are()
    {
        var bytes = new ImageSet("bytes", [], new ByteRecords(new(3, 1, 1), [10, 20, 30]), null);
        Assert.False(bytes.IsLabelled);
        Assert.Throws<InvalidOperationException>(() => bytes.Labels());
        var preprocessing = new Preprocessing([0.1f, 0.2f, 0.3f], [0.5f, 0.25f, 2], 10);
        var ofBytes = new float[3];
        bytes.ReadInput(0, preprocessing, ofBytes);
        float[] elements = [10, 20, 30];
        ImagePixels.Normalize(elements.AsSpan(), preprocessing);
        Assert.Equal(ofBytes, elements);
        Assert.Equal([(1 - 0.1f) / 0.5f, (2 - 0.2f) / 0.25f, (3 - 0.3f) / 2], ofBytes);
    }

    [Fact]
    public void Reversed_channels_are_those_of_the_other_order()
    {
        var reversed = new ReversedChannels(new ByteRecords(new(3, 1, 2), [1, 2, 3, 4, 5, 6]));
        var elements = new byte[6];
        reversed.Read(0, elements);
        Assert.Equal([5, 6, 3, 4, 1, 2], elements);
    }
}
