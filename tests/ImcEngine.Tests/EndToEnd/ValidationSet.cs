using ImcEngine.Data;
using ImcEngine.Images.Pictures;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>A small validation set in the form of ILSVRC's: JPEG files of several sizes in one folder, a list of the numbers of their
/// classes without names of files, and a list that says what the numbers mean, in an order of its own.</summary>
/// <param name="folder">An empty folder.</param>
/// <param name="classes">The number of classes, at most 12.</param>
internal sealed class ValidationSet(string folder, int classes)
{
    /// <summary>Classes by their number, from 1, which is not the order of their names.</summary>
    private static readonly string[] Ids =
    [
        "n02119789", "n02100735", "n02110185", "n02096294", "n02102040", "n02066245", "n02509815", "n02124075", "n02417914", "n02123394",
        "n02125311", "n02423022",
    ];

    private static readonly ImageShape[] Shapes = [new(3, 45, 60), new(3, 64, 45), new(1, 48, 48), new(3, 40, 71)];

    /// <summary>The folder of pictures.</summary>
    public string Pictures => Path.Combine(folder, "val");

    public string Truth => Path.Combine(folder, "ILSVRC2012_validation_ground_truth.txt");

    public string Classes => Path.Combine(folder, "synsets.txt");

    /// <summary>Draws the pictures, and writes the list of classes.</summary>
    /// <returns>The files in order.</returns>
    public string[] Draw(int count)
    {
        Directory.CreateDirectory(Pictures);
        File.WriteAllLines(Classes, Ids.Take(classes).Select((id, i) => $"{id} {i + 1} name_{i + 1}"));
        ImageSet[] drawn = [.. Shapes.Select(shape => Shapes10.Draw(Split.Test, count, shape))];
        string[] files = [.. Enumerable.Range(1, count).Select(i => Path.Combine(Pictures, $"ILSVRC2012_val_{i:D8}.JPEG"))];
        for (int i = 0; i < count; i++)
        {
            var images = drawn[i % drawn.Length];
            using var stream = File.Create(files[i]);
            PictureEncoder.WriteJpeg(new(images.Shape, images.Image(i)), quality: 90, stream);
        }
        return files;
    }

    /// <summary>Writes the list of truths: the number of each picture's class.</summary>
    /// <param name="outputs">The class of each picture as the place of its name among all in ordinal order, from 0.</param>
    public void WriteTruth(IEnumerable<int> outputs)
    {
        string[] sorted = [.. Ids.Take(classes).Order(StringComparer.Ordinal)];
        File.WriteAllLines(Truth, outputs.Select(output => $"{Array.IndexOf(Ids, sorted[output]) + 1}"));
    }
}
