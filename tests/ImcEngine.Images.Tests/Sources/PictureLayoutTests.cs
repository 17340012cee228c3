namespace ImcEngine.Images.Tests.Sources;

public sealed class PictureLayoutTests : IDisposable
{
    private readonly SourceFolder _folder = new();

    public static TheoryData<string> Kinds => SourceFolder.Kinds;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a/1.png b/2.png", "a b", "0 1")]
    [InlineData("val/a/1.png val/b/2.png", "a b", "0 1")]
    [InlineData("x/val/b-c/1.png x/val/b/2.png", "b b-c", "1 0")]
    [InlineData("n02/1.png n01/2.png n02/deep/3.png n10/z/4.png", "n01 n02 n10", "0 1 1 2")]
    [InlineData("10/1.png 9/1.png", "10 9", "0 1")]
    [InlineData("1.png 2.png", "", null)]
    [InlineData("val/1.png val/2.png", "", null)]
    [InlineData("only/deep/1.png", "", null)]
    public void Classes_are_the_first_folders_below_those_that_hold_all(string names, string classes, string? labels)
    {
        var opened = _folder.Open(_folder.Make("tar", SourceFolder.Pictures(names.Split(' ')))).Pictures;
        Assert.Equal(classes.Split(' ', StringSplitOptions.RemoveEmptyEntries), opened.ClassNames);
        Assert.Equal(labels?.Split(' ').Select(int.Parse), opened.Labels);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Pictures_beside_folders_are_refused(string kind) =>
        Assert.Contains("pictures ('1.png') beside folders (a)",
            _folder.Refusal(_folder.Make(kind, SourceFolder.Pictures("1.png", "a/2.png"))), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_class_without_pictures_is_refused(string kind) => Assert.Contains("1 folder(s) without pictures (b)", _folder.Refusal(
        _folder.Make(kind, [("b/", []), ("c/", []), ("c/deep/", []), .. SourceFolder.Pictures("a/1.png", "c/2.png")])),
        StringComparison.Ordinal);

    [Fact]
    public void A_folder_without_pictures_beside_the_one_that_holds_all_is_no_class() => Assert.Contains("1 folder(s) without pictures (b)",
        _folder.Refusal(_folder.Make("folder", [("b/", []), .. SourceFolder.Pictures("val/a/1.png", "val/c/2.png")])),
        StringComparison.Ordinal);

    [Fact]
    public void Splits_are_no_classes()
    {
        Assert.Contains("train, val, which are parts", _folder.Refusal(_folder.Make("zip",
            SourceFolder.Pictures("d/train/a/1.png", "d/val/a/1.png"))), StringComparison.Ordinal);
        Assert.Equal((string[])["test", "tested"],
            _folder.Open(_folder.Make("zip", SourceFolder.Pictures("test/1.png", "tested/1.png"))).Pictures.ClassNames);
    }
}
