using ImcEngine.Data;

namespace ImcEngine.Tests.Data;

public sealed class DataSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shapes10_is_rendered()
    {
        var images = DataSource.Open("shapes10");
        Assert.Equal(Shapes10.DefaultTestCount, images.Count);
        Assert.Equal(Shapes10.Render(Split.Test, 1).Sha256, images.First(1).Sha256);
    }

    [Fact]
    public void Cifar10_without_a_download_says_how_to_get_it()
    {
        var refused = Assert.Throws<ImcException>(() => DataSource.Open("cifar10", cacheFolder: _folder.Path));
        Assert.Contains("imc data cifar10", refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public void Cifar10_is_found_in_the_cache()
    {
        File.WriteAllText(_folder[CifarDownload.ArchiveName], "no archive");
        Assert.Contains(CifarDownload.ArchiveName,
            Assert.Throws<ImcException>(() => DataSource.Open("cifar10", cacheFolder: _folder.Path)).Message);
    }

    [Fact]
    public void Anything_else_is_a_path()
    {
        Shapes10.Write(Split.Test, 3, _folder.Path);
        Assert.Equal(3, DataSource.Open(_folder.Path).Count);
        Assert.Equal(3, DataSource.Open(_folder["test_batch.bin"]).Count);
    }
}
