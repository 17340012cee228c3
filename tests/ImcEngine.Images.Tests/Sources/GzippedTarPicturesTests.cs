using ImcEngine.Images.Sources;

namespace ImcEngine.Images.Tests.Sources;

/// <summary>A compressed archive, read with a window of a few pictures.</summary>
public sealed class GzippedTarPicturesTests : IDisposable
{
    private const int Count = 40, Kept = 5;
    private static readonly int PictureBytes = SourceFolder.Picture(0).Length;

    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(PictureFiles.MostBytes)]
    [InlineData(Kept * 14)]
    public void Pictures_are_found_in_any_order(long mostKeptBytes)
    {
        using var pictures = Open(Names(), mostKeptBytes);
        int[] forward = [.. Enumerable.Range(0, Count)], shuffled = [.. forward.OrderBy(i => i * 17 % 41)];
        foreach (int i in forward.Concat(forward.Reverse()).Concat(shuffled)) Assert.Equal(SourceFolder.Picture(i), pictures.Read(i));
    }

    [Fact]
    public void Threads_in_any_order_get_their_pictures()
    {
        using var pictures = Open(Names(), Kept * PictureBytes);
        Parallel.For(0, 8 * Count, new() { MaxDegreeOfParallelism = 4 }, i =>
            Assert.Equal(SourceFolder.Picture(i * 7 % Count), pictures.Read(i * 7 % Count)));
    }

    [Fact]
    public void A_pass_in_order_unpacks_the_archive_once_and_one_against_the_order_over_and_over()
    {
        using var ordered = Open(Names(), Kept * PictureBytes);
        using var reversed = Open([.. Names().Reverse()], Kept * PictureBytes);
        using var kept = Open([.. Names().Reverse()], Count * PictureBytes);
        long whole = ordered.BytesOfAPass();
        Assert.Equal(whole, kept.BytesOfAPass());
        // Each restart finds the picture and the four before it in the archive, which are asked for next.
        Assert.InRange(reversed.BytesOfAPass(), whole * (Count / Kept) / 2, whole * (Count / Kept));
        for (int i = 0; i < Count; i++) Assert.Equal(SourceFolder.Picture(Count - 1 - i), reversed.Read(i));
    }

    [Fact]
    public void An_archive_that_unpacks_to_far_more_than_pictures_do_is_refused()
    {
        string path = _folder.Make("tar.gz", [("a.png", SourceFolder.Picture(0)), ("b.bin", new byte[300 << 20])]);
        Assert.Contains("unpacks to more than", _folder.Refusal(path), StringComparison.Ordinal);
    }

    private static string[] Names() => [.. Enumerable.Range(0, Count).Select(i => $"{i:D2}.ppm")];

    private GzippedTarPictures Open(string[] names, long mostKeptBytes) =>
        GzippedTarPictures.Open(_folder.Make("tar.gz", SourceFolder.Pictures(names)), mostKeptBytes);
}
