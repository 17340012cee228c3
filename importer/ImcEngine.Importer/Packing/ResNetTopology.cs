namespace ImcEngine.Importer.Packing;

/// <summary>
/// A residual network of basic blocks with the CIFAR stem (3x3 convolution, stride 1, no pooling): four stages, the channels doubling and
/// the pixels halving from the second on. Its width and number of classes are read from the arrays.
/// </summary>
/// <param name="Name">Its name, as in <c>imc pack --topology</c>.</param>
/// <param name="Blocks">The number of blocks in each stage.</param>
internal sealed record ResNetTopology(string Name, IReadOnlyList<int> Blocks)
{
    public static IReadOnlyList<ResNetTopology> All { get; } = [new("resnet18-cifar", [2, 2, 2, 2]), new("resnet34-cifar", [3, 4, 6, 3])];

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

    internal sealed record Block(string Name, int ChannelsIn, int ChannelsOut, int Stride)
    {
        public bool HasShortcutConvolution => Stride != 1 || ChannelsIn != ChannelsOut;
    }
}
