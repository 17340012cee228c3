using ImcEngine.Evaluation.Verification;
using ImcEngine.Fuzzing.Mutation;
using ImcEngine.Images.Sources;
using ImcEngine.Images.Sources.Opening;

namespace ImcEngine.Fuzzing.Targets;

/// <summary>Names and contents of pictures, and what holds for every source of pictures that is accepted.</summary>
internal static class PictureInputs
{
    private static readonly string[] Paths =
    [
        "a/1.png", "a/2.jpg", "b/1.png", "b/deep/3.JPEG", "c/é.ppm", "val/a/1.png", "val/b/2.webp", "./a/1.png", "a//1.png", "1.png", "a/",
        "b/", "../1.png", "a/../b/1.png", ".a/1.png", "a/._1.png", "__MACOSX/1.png", "a/note.txt", "/a/1.png", "a/1.png/", "", "a\n/1.png",
        "train/1.png", "test/1.png", "a\\1.png", "test_batch.bin",
    ];

    public static string PathOf(CaseRandom random) => random.OneIn(12) ? TextMutations.Text(random)
        : random.OneIn(3) ? random.OneOf<string>(Paths) : Paths[random.Between(0, 4)];

    public static byte[] Picture(CaseRandom random) =>
        [.. "P6\n1 1\n255\n"u8, (byte)random.Between(0, 255), .. new byte[random.Between(0, 700)]];

    /// <summary>Reads a source twice; it has the same names, labels and bytes, or is refused.</summary>
    public static void RequireSamePictures(string file, byte[] input)
    {
        string path = Path.Combine(Scratch.Folder, file);
        File.WriteAllBytes(path, input);
        bool isOne = PictureSource.IsOne(path);
        var first = Read(path);
        BrokenPropertyException.Require(first.SequenceEqual(Read(path)), "pictures that are read twice differ",
            () => $"{first.Count} pictures");
        BrokenPropertyException.Require(isOne || input.AsSpan().StartsWith((byte[])[0x1F, 0x8B]), "pictures are not recognized",
            () => $"{first.Count} pictures");
        for (int i = 0; i < first.Count; i++)
            BrokenPropertyException.Require(!first[i].Name.Any(char.IsControl) && PictureFiles.IsPicture(first[i].Name)
                && (i == 0 || string.CompareOrdinal(first[i - 1].Name, first[i].Name) < 0), "pictures are not in order",
                () => first[i].Name);
    }

    /// <summary>Returns each picture's name, its label, and its bytes or why it cannot be read.</summary>
    private static List<(string Name, int? Label, string Content)> Read(string path)
    {
        var opened = PictureSource.Open(path, new()).Pictures;
        using var _ = opened.Pictures as IDisposable;
        BrokenPropertyException.Require(opened.Labels is null || (opened.Labels.Length == opened.Pictures.Count
            && opened.Labels.All(label => label >= 0 && label < opened.ClassNames.Length)), "a picture has no class", () => path);
        return [.. Enumerable.Range(0, opened.Pictures.Count).Select(i => (opened.Pictures.NameOf(i), opened.Labels?[i], Content(i)))];

        string Content(int picture)
        {
            try
            {
                return Convert.ToHexString(opened.Pictures.Read(picture));
            }
            catch (ImcException refused)
            {
                return refused.Message;
            }
        }
    }
}
