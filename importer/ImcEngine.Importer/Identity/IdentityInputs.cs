using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using ImcEngine.Randomness;

namespace ImcEngine.Importer.Identity;

/// <summary>What a network is verified on: images of a data source, or inputs drawn at random, which a network of any input shape
/// takes.</summary>
internal sealed class IdentityInputs
{
    private IdentityInputs(int count) => Count = count;

    public int Count { get; }

    /// <summary>The images; null for random inputs.</summary>
    public ImageSet? Images { get; private init; }

    /// <summary>The seed of random inputs.</summary>
    public uint Seed { get; private init; }

    /// <summary>The type of random inputs, if it is one of integers: the numbers that the bytes 0 to 255 become.</summary>
    public IntegerInput? Integers { get; private init; }

    public static IdentityInputs OfImages(ImageSet images) => new(images.Count) { Images = images };

    /// <summary>Returns inputs of numbers from -2 to 2, uniform, in steps of 2^-10, the same on every machine.</summary>
    public static IdentityInputs Random(int count, uint seed) => new(count) { Seed = seed };

    /// <summary>Returns these inputs for a model: random ones are whole numbers if its input is of integers.</summary>
    public IdentityInputs For(OnnxModel model) =>
        Images is null && IntegerInput.Of(new GraphIndex(model)) is { } integers ? new(Count) { Seed = Seed, Integers = integers } : this;

    public IdentityInputs First(int count) => count >= Count ? this
        : Images is { } images ? OfImages(images.First(count)) : new(count) { Seed = Seed, Integers = Integers };

    /// <summary>Returns the input that a network gets: tensor 0.</summary>
    public float[] Of(Network network, int index)
    {
        var input = new float[network.InputShape.Count];
        if (Images is { } images) images.ReadInput(index, network.Preprocessing, input);
        else
            for (int i = 0; i < input.Length; i++)
            {
                uint drawn = Philox.Block(new(Seed, (uint)index), new((uint)i, 0, 0, 0)).Word0;
                input[i] = Integers is not null ? Integers.First + (int)(drawn >> 24) : ((int)(drawn >> 20) - 2048) / 1024f;
            }
        return input;
    }
}
