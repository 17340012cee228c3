using ImcEngine.Data;

namespace ImcEngine.Tests.Data;

public sealed class Shapes10Tests
{
    /// <summary>Another hash means other images: every accuracy on this set and every committed result changes with it.</summary>
    private const string TestSha256 = "8c0bab08993efcc270a1341f88db0cc4b83f85c55c3dc2a04d06cff9eb75decc";

    [Fact]
    public void The_first_1000_test_images_are_the_committed_ones() => Assert.Equal(TestSha256, Shapes10.Render(Split.Test, 1000).Sha256);

    [Fact]
    public void An_image_depends_neither_on_how_many_are_drawn_nor_on_their_order() =>
        Assert.Equal(Shapes10.Render(Split.Train, 137).First(40).Sha256, Shapes10.Render(Split.Train, 40).Sha256);

    [Fact]
    public void Every_prefix_is_balanced_over_the_classes()
    {
        var images = Shapes10.Render(Split.Test, 137);
        for (int count = 10; count <= images.Count; count++)
        {
            var perClass = Enumerable.Range(0, count).CountBy(images.Label).Select(pair => pair.Value).ToArray();
            Assert.Equal(10, perClass.Length);
            Assert.InRange(perClass.Max() - perClass.Min(), 0, 1);
        }
    }

    [Fact]
    public void No_two_images_of_the_splits_or_of_two_seeds_are_equal()
    {
        ImageSet[] sets = [Shapes10.Render(Split.Test, 300), Shapes10.Render(Split.Train, 300), Shapes10.Render(Split.Test, 300, seed: 11),
            Shapes10.Render(Split.Test, 300, seed: Shapes10.DefaultSeed + (1UL << 32))];
        string[] hashes = [.. sets.SelectMany(images => Enumerable.Range(0, images.Count).Select(i => images.Slice(i, 1).Sha256))];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Fact]
    public void Every_class_has_a_name() => Assert.Equal(10, Shapes10.ClassNames.Distinct().Count());

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_count_that_no_set_can_have_is_refused(int count) => Assert.Throws<ImcException>(() => Shapes10.Render(Split.Test, count));
}
