using ImcEngine.Data;

namespace ImcEngine.Importer.Packing;

/// <summary>
/// A residual network of basic blocks: a stem, then four stages, the channels doubling and the pixels halving from the second on. Its width
/// and number of classes are read from the arrays.
/// </summary>
/// <param name="Name">Its name, as in <c>imc pack --topology</c>.</param>
/// <param name="Blocks">The number of blocks in each stage.</param>
/// <param name="Stem">What comes before the stages.</param>
internal sealed record ResNetTopology(string Name, IReadOnlyList<int> Blocks, ResNetTopology.StemShape Stem)
{
    private static readonly int[] EighteenLayers = [2, 2, 2, 2], ThirtyFourLayers = [3, 4, 6, 3];

    private static readonly StemShape
        CifarStem = new(Pixels: 32, Kernel: 3, Stride: 1, Pools: false, Preprocessing.Cifar10),
        ImageNetStem = new(Pixels: 224, Kernel: 7, Stride: 2, Pools: true, Preprocessing.ImageNet);

    public static IReadOnlyList<ResNetTopology> All { get; } =
    [
        new("resnet18-cifar", EighteenLayers, CifarStem), new("resnet34-cifar", ThirtyFourLayers, CifarStem),
        new("resnet18-imagenet", EighteenLayers, ImageNetStem), new("resnet34-imagenet", ThirtyFourLayers, ImageNetStem),
    ];

    /// <exception cref="ImcException">There is no such topology.</exception>
    public static ResNetTopology Find(string name) => All.FirstOrDefault(topology => topology.Name == name)
        ?? throw new ImcException($"Topology '{name}' is unknown; known are {string.Join(", ", All.Select(topology => topology.Name))}.");

    /// <summary>Returns the prefixes <c>layerL.B</c> of all blocks, with their channels and stride.</summary>
    internal IEnumerable<Block> EnumerateBlocks(int width)
    {
        int channelsIn = width;
        for (int stage = 0; stage < Blocks.Count; stage++)
            for (int block = 0; block < Blocks[stage]; block++)
            {
                int channelsOut = width << stage;
                yield return new($"layer{stage + 1}.{block}", channelsIn, channelsOut, stage > 0 && block == 0 ? 2 : 1);
                channelsIn = channelsOut;
            }
    }

    /// <param name="Pixels">Height and width of the images.</param>
    /// <param name="Kernel">Height and width of the first convolution's kernel.</param>
    /// <param name="Stride">The first convolution's stride.</param>
    /// <param name="Pools">Whether the maximum of 3x3 pixels, at every second one, follows.</param>
    /// <param name="Preprocessing">The images' usual one.</param>
    internal sealed record StemShape(int Pixels, int Kernel, int Stride, bool Pools, Preprocessing Preprocessing);

    internal sealed record Block(string Name, int ChannelsIn, int ChannelsOut, int Stride)
    {
        public bool HasShortcutConvolution => Stride != 1 || ChannelsIn != ChannelsOut;
    }
}
