using ImcEngine.Data;
using ImcEngine.Images.HubFiles;

namespace ImcEngine.Images.Tests.HubFiles;

/// <summary>The memory of the process is measured while no other test runs.</summary>
[CollectionDefinition(nameof(HubImagesMemoryTests), DisableParallelization = true)]
[Collection(nameof(HubImagesMemoryTests))]
public sealed class HubImagesMemoryTests : IDisposable
{
    private readonly ParquetFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void Few_row_groups_are_kept_in_memory()
    {
        // Thirty row groups of one picture of 1 MiB each; eight of them are kept at most.
        byte[]?[] pictures = [.. Enumerable.Range(0, 30).Select(i => (byte[]?)[(byte)i, .. new byte[1 << 20]])];
        var read = HubImages.Read(_files.Write("a.parquet", pictures, null, groupRows: 1), Split.Test).Pictures;
        pictures = [];
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 0; i < 30; i++) Assert.Equal(i, read.Read(i)[0]);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 1 << 20, 20 << 20);
        GC.KeepAlive(read);
    }
}
