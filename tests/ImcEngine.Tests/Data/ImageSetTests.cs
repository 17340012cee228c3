using ImcEngine.Data;

namespace ImcEngine.Tests.Data;

public sealed class ImageSetTests
{
    private readonly ImageSet _images = Shapes10.Render(Split.Test, 20);

    [Fact]
    public void A_subset_keeps_each_records_index_in_the_source()
    {
        var part = _images.Slice(5, 10).Slice(3, 4);
        Assert.Equal([8, 9, 10, 11], Enumerable.Range(0, part.Count).Select(part.RecordIndex));
        Assert.Equal(_images.Label(9), part.Label(1));
        Assert.Equal(_images.Image(9), part.Image(1));
    }

    [Fact]
    public void The_last_images_are_set_aside_and_the_others_left()
    {
        var (others, last) = _images.SplitLast(6);
        Assert.Equal(14, others.Count);
        Assert.Equal(13, others.RecordIndex(13));
        Assert.Equal([14, 15, 16, 17, 18, 19], Enumerable.Range(0, last.Count).Select(last.RecordIndex));
    }

    [Fact]
    public void The_hash_is_of_the_sets_own_content()
    {
        byte[] records = [.. Enumerable.Range(2, 3).SelectMany(i => (byte[])[(byte)_images.Label(i), .. _images.Image(i)])];
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(records)), _images.Slice(2, 3).Sha256);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(0, 21)]
    [InlineData(20, 1)]
    [InlineData(1, int.MaxValue)]
    public void A_subset_outside_the_set_is_refused(int start, int count) =>
        Assert.Contains("holds 20 images", Assert.Throws<ImcException>(() => _images.Slice(start, count)).Message);

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public void Setting_aside_none_or_all_is_refused(int count) =>
        Assert.Contains("1 to 19", Assert.Throws<ImcException>(() => _images.SplitLast(count)).Message);

    [Fact]
    public void A_label_without_a_class_is_refused_and_its_record_named()
    {
        var refused = Assert.Throws<ImcException>(() => new ImageSet("x", ["a", "b"], new byte[3 * CifarFormat.ImageBytes], [0, 1, 2]));
        Assert.Contains("record 2 has label 2; labels are 0 to 1", refused.Message);
    }
}
