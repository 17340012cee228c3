using System.Diagnostics;
using System.Text;
using ImcEngine.Evaluation.Caching;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Evaluation.Caching;

public sealed class ResultCacheTests : IDisposable
{
    private static readonly byte[] Result = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Place => _folder["results"];

    private ResultCache Cache => new(Place);

    [Fact]
    public void A_result_is_found_under_its_key_alone()
    {
        Assert.Null(Cache.Find(Key("a")));
        Cache.Keep(Key("a"), Result);
        Assert.Equal(Result, Cache.Find(Key("a")));
        Assert.Null(Cache.Find(Key("b")));
        Assert.Null(Cache.Find(new ResultKey("other kind", typeof(ResultCacheTests)).With("name", "a")));
        Assert.Null(Cache.Find(new ResultKey("kind", typeof(string)).With("name", "a")));
        Cache.Keep(Key("a"), [7]);
        Assert.Equal([7], Cache.Find(Key("a"))!);
    }

    /// <summary>A device that never ends, and a pipe that nobody writes.</summary>
    [Fact]
    public void What_is_no_regular_file_is_no_result()
    {
        if (OperatingSystem.IsWindows()) return;
        Cache.Keep(Key("a"), Result);
        string file = Assert.Single(Directory.GetFiles(Place));
        File.Move(file, _folder["kept"]);
        File.CreateSymbolicLink(file, "/dev/zero");
        Assert.Null(Cache.Find(Key("a")));
        File.Delete(file);
        File.CreateSymbolicLink(file, _folder["kept"]);
        Assert.Null(Cache.Find(Key("a")));
        File.Delete(file);
        Process.Start("mkfifo", file).WaitForExit();
        Assert.Null(Cache.Find(Key("a")));
        Cache.Keep(Key("a"), Result);
        Assert.Equal(Result, Cache.Find(Key("a")));
    }

    /// <summary>Every byte is part of the text of the key, of the result or of its hash.</summary>
    [Fact]
    public void A_file_with_any_damaged_byte_is_no_result()
    {
        Cache.Keep(Key("a"), [1, 2, 3]);
        string file = Assert.Single(Directory.GetFiles(Place));
        byte[] good = File.ReadAllBytes(file);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 1;
            File.WriteAllBytes(file, bad);
            Assert.True(Cache.Find(Key("a")) is null, $"byte {i}");
        }
        foreach (int length in new[] { 0, 10, good.Length - 1 })
        {
            File.WriteAllBytes(file, good[..length]);
            Assert.Null(Cache.Find(Key("a")));
        }
        Cache.Keep(Key("a"), [1, 2, 3]);
        Assert.Equal([1, 2, 3], Cache.Find(Key("a"))!);
    }

    /// <summary>As if two keys had the same SHA-256: the file holds the whole key.</summary>
    [Fact]
    public void A_file_of_another_key_is_no_result()
    {
        Cache.Keep(Key("a"), Result);
        string file = Assert.Single(Directory.GetFiles(Place));
        File.Move(file, Path.Combine(Place, $"{Key("b").Sha256}.result"));
        Assert.Null(Cache.Find(Key("b")));
    }

    [Fact]
    public void A_value_cannot_be_read_as_another_part()
    {
        Assert.NotEqual(Key("a").With("x", "1").Sha256, Key("a").With("y", "1").Sha256);
        Assert.Throws<ArgumentException>(() => Key("a\nx=1"));
    }

    [Fact]
    public void What_was_not_used_for_the_longest_time_gives_way()
    {
        var small = new ResultCache(Place, mostBytes: 4500);
        foreach (string name in new[] { "a", "b", "c" })
        {
            small.Keep(Key(name), Result);
            SetAge(name, name[0] - 'd');
        }
        Assert.NotNull(small.Find(Key("a"))); // the oldest, but used now
        small.Keep(Key("d"), Result);
        Assert.Equal([true, false, true, true], new[] { "a", "b", "c", "d" }.Select(name => small.Find(Key(name)) is not null));
    }

    [Fact]
    public void A_result_of_more_than_a_quarter_of_the_limit_is_not_kept()
    {
        var small = new ResultCache(Place, mostBytes: 3999);
        small.Keep(Key("a"), Result);
        Assert.Null(small.Find(Key("a")));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_no_error()
    {
        File.WriteAllText(_folder["file"], "");
        var none = new ResultCache(Path.Combine(_folder["file"], "results"));
        none.Keep(Key("a"), Result);
        Assert.Null(none.Find(Key("a")));
    }

    [Fact]
    public void What_a_process_that_died_left_is_removed()
    {
        Directory.CreateDirectory(Place);
        string old = Path.Combine(Place, "x.part"), young = Path.Combine(Place, "y.part");
        File.WriteAllText(old, "");
        File.WriteAllText(young, "");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-2));
        Cache.Keep(Key("a"), Result);
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public void Threads_that_keep_and_find_at_once_see_whole_results()
    {
        var small = new ResultCache(Place, mostBytes: 6000);
        Parallel.For(0, 400, i =>
        {
            string name = $"{i % 7}";
            small.Keep(Key(name), Encoding.UTF8.GetBytes(new string((char)('0' + (i % 7)), 900)));
            if (small.Find(Key(name)) is { } found) Assert.Equal(new string((char)('0' + (i % 7)), 900), Encoding.UTF8.GetString(found));
        });
        Assert.Empty(Directory.GetFiles(Place, "*.part"));
    }

    private static ResultKey Key(string name) => new ResultKey("kind", typeof(ResultCacheTests)).With("name", name);

    private void SetAge(string name, int hours) =>
        File.SetLastWriteTimeUtc(Path.Combine(Place, $"{Key(name).Sha256}.result"), DateTime.UtcNow.AddHours(hours));
}
