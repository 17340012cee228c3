using System.Collections.Immutable;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Images.Sources;
using ImcEngine.Images.Sources.Labels;
using ImcEngine.Images.Sources.Opening;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Labels files, class orders and lists of pictures. One that is accepted gives every image a class.</summary>
internal sealed class LabelsTarget : IFuzzTarget
{
    private const int Images = 2;

    private static readonly string[] Seeds =
    [
        "1.png,0\n2.png,1\n", "1 0\n2 1\n", "file,label\n1.png,cat\n2.png,\"polar bear\"\n", "a/1.png\t3\nb/2.png\t4\n",
        "a 1\nb 0\n", "a\nb\n", "class,output\na,7\nb,7\n", "1\n2\n", "n02119789 1 kit_fox\nn02100735 2 English_setter\n",
        "n01440764 tench, Tinca tinca\nn01443537 goldfish\n", "1.png\n2.png\n",
    ];

    private static readonly PictureNames
        Flat = new("flat", ["1.png", "2.png"], ImmutableHashSet<string>.Empty),
        InFolders = new("folders", ["a/1.png", "b/2.png"], ImmutableHashSet.Create("a", "b"));

    public string Name => "labels";
    public string Extension => ".txt";
    public long MostAllocatedBytes => 256L << 20;

    public byte[] Make(CaseRandom random) => CsvMutations.Make(random, Seeds);

    public Acceptance Run(byte[] input, bool thorough)
    {
        string folder = Scratch.Folder, path = Path.Combine(folder, "labels.txt"), order = Path.Combine(folder, "order.txt");
        File.WriteAllBytes(path, input);
        File.WriteAllText(order, "a 1\nb 2\n");
        foreach (string picture in Flat.Names) File.WriteAllText(Path.Combine(folder, picture), "P6");

        var byOrder = new LabelOptions(path, order, OutputOrder.Sorted);
        var asOrder = new LabelOptions(null, path, OutputOrder.Listed);
        Func<DataLabels>[] uses =
        [
            () => new Labeller(new(path)).OfPictures(Flat), () => new Labeller(new(path)).OfPictures(InFolders),
            () => new Labeller(byOrder).OfPictures(Flat), () => new Labeller(asOrder).OfPictures(InFolders),
            () => new Labeller(byOrder).Of("arrays", Images, [], null), () => new Labeller(new(path)).Of("arrays", Images, [], [0, 1]),
            () => Listed(path),
        ];
        ImcException? refusal = null;
        int accepted = 0;
        foreach (var label in uses)
        {
            try
            {
                RequireClasses(label(), label());
                accepted++;
            }
            catch (ImcException refused)
            {
                refusal = refused;
            }
        }
        return accepted > 0 ? Acceptance.Accepted : throw refusal!;
    }

    private static DataLabels Listed(string path)
    {
        var opened = PictureSource.Open(path, new());
        return new(opened.Pictures.ClassNames, opened.Pictures.Labels, opened.Notes);
    }

    private static void RequireClasses(DataLabels labels, DataLabels again)
    {
        BrokenPropertyException.Require(labels.Notes.SequenceEqual(again.Notes) && labels.ClassNames.SequenceEqual(again.ClassNames)
            && (labels.Labels is null ? again.Labels is null : labels.Labels.SequenceEqual(again.Labels!)),
            "labels that are read twice differ",
            () => string.Join(' ', labels.Notes));
        BrokenPropertyException.Require(labels.Labels is null || (labels.Labels.Length <= Images
            && labels.Labels.All(label => label >= 0 && label < labels.ClassNames.Length)), "an image has no class",
            () => string.Join(' ', labels.Notes));
    }
}
