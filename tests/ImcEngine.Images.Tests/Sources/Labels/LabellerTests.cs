using ImcEngine.Images.Sources.Labels;

namespace ImcEngine.Images.Tests.Sources.Labels;

/// <summary>Labels files with pictures and with other images.</summary>
public sealed class LabellerTests : IDisposable
{
    private const string Order = "n03 1 cat\nn01 2 dog\nn02 3 polar bear\n";

    private readonly SourceFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("1.png 4\n2.png 0\nx/3.jpg 4\n")]
    [InlineData("val/1.png,4\nval/x/3.jpg,4\n./val/2.png,0\n")]
    [InlineData("1\t4\n2\t0\nval/x/3\t4\n")]
    [InlineData("FileName,id,Label\n1.png,9,4\n2.png,8,0\nx/3,7,4\n")]
    [InlineData("path label\n1.png 4\n2.png 0\nx/3.jpg 4\n")]
    public void A_list_names_pictures_from_the_root_or_the_top_with_or_without_extension(string labels)
    {
        var opened = _folder.Open(Flat("val/1.png", "val/2.png", "val/x/3.jpg"), _folder.Text("labels.txt", labels));
        Assert.Equal([4, 0, 4], opened.Pictures.Labels!);
        Assert.Equal((string[])["0", "1", "2", "3", "4"], opened.Pictures.ClassNames);
        Assert.Contains(opened.Notes, note => note.Contains("'file label'", StringComparison.Ordinal));
        Assert.Contains(opened.Notes, note => note.Contains("numbers of the network's outputs", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1.png 4\n2.png 7\n3.png 0\n", "line 2")]
    [InlineData("1.png cat\n2.png dog\n3.png cat\n", null)]
    public void Labels_that_are_outputs_say_where_the_largest_stands(string labels, string? line)
    {
        string file = _folder.Text("labels.txt", labels);
        Assert.Equal(line is null ? null : $"'{file}', {line}",
            _folder.Open(Flat("1.png", "2.png", "3.png"), file).Pictures.Outputs?.LargestAt);
    }

    [Theory]
    [InlineData("class output\ncat 2\ndog 5\n", "line 3")]
    [InlineData("dog\ncat\n", null)]
    public void A_mapping_says_where_the_largest_output_stands(string mapping, string? line)
    {
        string file = _folder.Text("map.txt", mapping);
        Assert.Equal(line is null ? null : $"'{file}', {line}",
            _folder.Open(Flat("dog/1.png", "cat/2.png"), file).Pictures.Outputs?.LargestAt);
    }

    [Fact]
    public void Labels_that_are_classes_are_numbered_in_ordinal_order()
    {
        var opened = _folder.Open(Flat("1.png", "2.png", "3.png"), _folder.Text("l", "3.png,\"bear, polar\"\n1.png,cat\n2.png,Dog\n"));
        Assert.Equal((string[])["Dog", "bear, polar", "cat"], opened.Pictures.ClassNames);
        Assert.Equal([2, 0, 1], opened.Pictures.Labels!);
    }

    [Theory]
    [InlineData("1.png 0\n2.png 1\n4.png 1\n", "line 3: there is no picture '4.png' in")]
    [InlineData("1.png 0\n2.png 1\n", "has no label for '3.png' and 0 more pictures")]
    [InlineData("1.png 0\n2.png 1\n3.png 1\n1 5\n", "line 4: '1' has label '5', and in line 1 it has label '0'")]
    [InlineData("1.png 0\n2.png -1\n3.png 1\n", "line 2: the label -1 is out of range")]
    [InlineData("1.png 0\n2.png 100000\n3.png 1\n", "line 2: the label 100000 is out of range")]
    [InlineData("1.png 0\n2.png cat\n3.png 1\n", "line 2: the label 'cat' is not a number, but '0' in line 1 is")]
    [InlineData("1.png\n2.png\n3.png\n", "names files without labels")]
    [InlineData("file,label,class\n1.png,0,cat\n", "line 1: the columns file, label, class")]
    [InlineData("file,label\n1.png,0\n2.png\n", "line 3")]
    [InlineData("file,label\n1.png,0\n2.png,\n", "line 3: it has 2 fields")]
    [InlineData("1.png,0\n2.png,1\n3.png,1,2\n", "line 3: '3.png,1,2' is not a file and its label")]
    public void A_list_that_does_not_fit_names_the_line(string labels, string message) =>
        Assert.Contains(message, _folder.Refusal(Flat("1.png", "2.png", "3.png"), _folder.Text("labels.txt", labels)),
            StringComparison.Ordinal);

    [Fact]
    public void Names_that_differ_only_in_their_extension_need_it() => Assert.Contains("several pictures", _folder.Refusal(
        Flat("1.png", "1.jpg"), _folder.Text("labels.txt", "1 0\n1.png 1\n")), StringComparison.Ordinal);

    [Fact]
    public void A_list_overrides_class_folders_and_mixed_folders()
    {
        Assert.Equal([5, 6],
            _folder.Open(Flat("a/1.png", "b/2.png"), _folder.Text("l", "a/1.png 5\nb/2.png 6\n")).Pictures.Labels!);
        Assert.Equal([5, 6], _folder.Open(Flat("1.png", "b/2.png"), _folder.Text("l", "1.png 5\nb/2.png 6\n")).Pictures.Labels!);
    }

    [Theory]
    [InlineData(true, "n01 n02 n03", "2 0 1 0")]
    [InlineData(false, "n03 n01 n02", "0 1 2 1")]
    public void Labels_in_order_are_numbers_of_the_class_order(bool areSorted, string classes, string labels)
    {
        var outputs = areSorted ? OutputOrder.Sorted : OutputOrder.Listed;
        string pictures = Flat("ILSVRC_1.JPEG", "ILSVRC_2.JPEG", "ILSVRC_3.JPEG", "ILSVRC_4.JPEG"),
            order = _folder.Text("order.txt", Order);
        foreach (string text in new[] { "1\n2\n3\n2\n", "n03\nn01\nn02\nn01\n" })
        {
            var opened = _folder.Open(pictures, _folder.Text("truth.txt", text), order, outputs);
            Assert.Equal(classes.Split(' '), opened.Pictures.ClassNames);
            Assert.Equal(labels.Split(' ').Select(int.Parse), opened.Pictures.Labels);
        }
        var list = _folder.Open(pictures, _folder.Text("list.txt", "ILSVRC_1 1\nILSVRC_2 2\nILSVRC_3 n02\nILSVRC_4 2\n"), order, outputs);
        Assert.Equal(labels.Split(' ').Select(int.Parse), list.Pictures.Labels);
    }

    [Theory]
    [InlineData("1\n4\n", "line 2: the label '4' is neither a class of")]
    [InlineData("1\n0\n", "nor one of its numbers 1 to 3")]
    [InlineData("1\n2\n3\n", "holds 3 labels, and")]
    [InlineData("1\ncat\n", "line 2: the label 'cat'")]
    public void Labels_in_order_that_do_not_fit_are_refused(string labels, string message) => Assert.Contains(message, _folder.Refusal(
        Flat("1.png", "2.png"), _folder.Text("truth.txt", labels), _folder.Text("order.txt", Order), OutputOrder.Sorted),
        StringComparison.Ordinal);

    [Fact]
    public void Labels_in_order_need_a_class_order_and_a_class_order_an_order_of_outputs()
    {
        string pictures = Flat("1.png", "2.png"), truth = _folder.Text("truth.txt", "1\n2\n"), order = _folder.Text("order.txt", Order);
        Assert.Contains("Name the classes by --class-order", _folder.Refusal(pictures, truth), StringComparison.Ordinal);
        Assert.Contains("state 'sorted'", _folder.Refusal(pictures, truth, order), StringComparison.Ordinal);
        Assert.Contains("has no labels that", _folder.Refusal(pictures, null, order, OutputOrder.Listed), StringComparison.Ordinal);
        Assert.Null(_folder.Open(pictures).Pictures.Labels);
    }

    [Theory]
    [InlineData("cat 5\ndog 0\nfish 1\n", "0 5 5", "dog fish 2 3 4 cat")]
    [InlineData("class,output\ncat,5\ndog,0\n", "0 5 5", "dog 1 2 3 4 cat")]
    [InlineData("fish\ncat\ndog\n", "2 1 1", "fish cat dog")]
    [InlineData("cat 0\ndog 0\n", "0 0 0", "cat")]
    public void Class_folders_are_mapped_to_outputs(string mapping, string labels, string classes)
    {
        var opened = _folder.Open(Flat("dog/1.png", "cat/1.png", "cat/2.png"), _folder.Text("map.txt", mapping)).Pictures;
        Assert.Equal(labels.Split(' ').Select(int.Parse).Order(), opened.Labels!.Order());
        Assert.Equal(classes.Split(' '), opened.ClassNames);
        Assert.Equal(classes.Split(' ').ToList().IndexOf("cat"), opened.Labels![0]);
    }

    [Theory]
    [InlineData("cat 5\n", "The data has the class 'dog', which")]
    [InlineData("cat 5\ndog 1\ncat 6\n", "line 3: the class 'cat' is there twice")]
    [InlineData("cat 5\ndog -1\n", "line 2: the output -1 is out of range")]
    [InlineData("cat 5\ndog 99999999999\n", "line 2: the output 99999999999 is out of range")]
    [InlineData("cat\ndog\ncat\n", "line 3: the class 'cat' is there twice")]
    public void A_mapping_that_does_not_fit_is_refused(string mapping, string message) => Assert.Contains(message,
        _folder.Refusal(Flat("dog/1.png", "cat/2.png"), _folder.Text("map.txt", mapping)), StringComparison.Ordinal);

    [Fact]
    public void Class_folders_with_a_class_order_are_mapped_by_it()
    {
        string pictures = Flat("n03/1.png", "n01/2.png"), order = _folder.Text("order.txt", Order);
        Assert.Equal([0, 2], _folder.Open(pictures, null, order, OutputOrder.Sorted).Pictures.Labels!);
        Assert.Equal([1, 0], _folder.Open(pictures, null, order, OutputOrder.Listed).Pictures.Labels!);
        Assert.Contains("give one of them", _folder.Refusal(pictures, _folder.Text("map.txt", "n03 1\nn01 2\n"), order, OutputOrder.Listed),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n01440764 tench, Tinca tinca\nn01443537 goldfish\n", "n01440764 n01443537")]
    [InlineData("polar bear\ncat\n", "polar bear|cat")]
    [InlineData("b 0\na 1\n", "b a")]
    [InlineData("b,2\na,1\n", "a b")]
    public void A_class_order_has_ids_numbers_or_one_class_a_line(string text, string classes) =>
        Assert.Equal(classes.Split(classes.Contains('|', StringComparison.Ordinal) ? '|' : ' '),
            ClassOutputs.OfOrder(TextTable.Parse(text, "order.txt"), OutputOrder.Listed).Names);

    [Theory]
    [InlineData("a 1\nb 3\n", "numbers from 1 to 3")]
    [InlineData("a 2\nb 3\n", "numbers from 2 to 3")]
    [InlineData("a 1\nb 1\n", "line 2: the number 1 is there twice")]
    [InlineData("a 1\na 2\n", "line 2: the class 'a' is there twice")]
    public void A_class_order_with_gaps_or_repetitions_is_refused(string text, string message) => Assert.Contains(message,
        Assert.Throws<ImcException>(() => ClassOutputs.OfOrder(TextTable.Parse(text, "o"), OutputOrder.Sorted)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Labels_of_arrays_are_mapped_by_name_or_by_number()
    {
        var byName = new Labeller(new(_folder.Text("map.txt", "cat 5\ndog 1\n"))).Of("x.npy", 3, ["cat", "bird", "dog"], [0, 2, 0]);
        Assert.Equal([5, 1, 5], byName.Labels!);
        var byNumber = new Labeller(new(_folder.Text("map.txt", "0 5\n3 1\n"))).Of("x.npy", 3, [], [0, 3, 0]);
        Assert.Equal([5, 1, 5], byNumber.Labels!);
        Assert.Contains("the class '1', which", Assert.Throws<ImcException>(() =>
            new Labeller(new(_folder.Text("map.txt", "0 5\n3 1\n"))).Of("x.npy", 1, [], [1])).Message, StringComparison.Ordinal);
        var inOrder = new Labeller(new(_folder.Text("l.txt", "2\n1\n"), _folder.Text("order.txt", Order), OutputOrder.Sorted));
        Assert.Equal([0, 2], inOrder.Of("x.npy", 2, [], null).Labels!);
        Assert.Contains("have no file names", Assert.Throws<ImcException>(() =>
            new Labeller(new(_folder.Text("l.txt", "1.png 2\n"))).Of("x.npy", 1, [], null)).Message, StringComparison.Ordinal);
    }

    private string Flat(params string[] names) => _folder.Make("tar", SourceFolder.Pictures(names));
}
