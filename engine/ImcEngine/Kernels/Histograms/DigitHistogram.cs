using ImcEngine.BitPlanes;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Histograms;

/// <summary>The histogram of digits of several planes: counts single planes, and adds them to digits (<see cref="DigitSums"/>).</summary>
internal sealed unsafe class DigitHistogram : HistogramKernel
{
    private const int TilePixels = 16;

    private readonly MatchCounter _counter;
    private readonly DieRowLists _lists;
    private readonly DigitSums _digits;

    public DigitHistogram(MappedLayer layer) : base(layer, images: 1)
    {
        _counter = MatchCounter.Create(layer, layer.Weights);
        _lists = new(layer, _counter, new DieCells(layer, new(new(), 0, layer.Ordinal)));
        _digits = new(layer.Map);
    }

    public override void Run(ReadOnlySpan<nint> bits, KernelScratch scratch, RowGroupHistograms histograms)
    {
        var geometry = Layer.Map.Geometry;
        var codes = new short[geometry.InputSize];
        var planes = new PackedImage();
        foreach (nint image in bits)
        {
            Layer.Inputs.Unpack((ulong*)image, codes);
            planes.Pack(codes, Layer.Inputs, geometry.Groups);
            for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
                for (int first = 0; first < geometry.OutputPixels; first += TilePixels)
                    RunTile(planes, convGroup, first, Math.Min(TilePixels, geometry.OutputPixels - first), scratch, histograms);
        }
        GC.KeepAlive(this);
    }

    private void RunTile(PackedImage image, int convGroup, int firstPixel, int pixels, KernelScratch scratch, RowGroupHistograms histograms)
    {
        int planes = Layer.Map.InputFormat.Bits;
        var patches = _lists.ReadPatches(image, convGroup, firstPixel, pixels, scratch);
        var selections = scratch.DrivenRows.Span<DrivenRows>(pixels, planes);
        var counts = (int*)scratch.Counts.Pointer((long)planes * _counter.Columns * sizeof(int));
        fixed (DrivenRows* driven = selections)
            for (int rowGroup = 0; rowGroup < Layer.Map.Groups.Length; rowGroup++)
            {
                _lists.List(image.Planes, convGroup, rowGroup, firstPixel, patches, scratch, selections);
                for (int pixel = 0; pixel < pixels; pixel++)
                {
                    _counter.CountPlanes(convGroup, driven + pixel * planes, planes, counts);
                    Add(new(counts, _counter.Columns, driven + pixel * planes, default), scratch, histograms[rowGroup]);
                }
            }
    }

    private void Add(in PlaneSums planes, KernelScratch scratch, ConversionHistogram histogram)
    {
        int inputs = Layer.Map.InputDigits.Count, digits = Layer.Map.WeightDigits.Count, outputs = Layer.Map.Geometry.GroupOutputChannels;
        var sums = (int*)scratch.DigitSums.Pointer((long)inputs * PlaneConversions.CountStride * sizeof(int));
        for (int first = 0; first < outputs; first += _digits.MostOutputs)
        {
            int count = Math.Min(_digits.MostOutputs, outputs - first) * digits;
            _digits.Add<int>(planes, first, count / digits, sums, deviations: null);
            for (int input = 0; input < inputs; input++)
                for (int digit = 0; digit < digits; digit++)
                {
                    int* ofInput = sums + input * PlaneConversions.CountStride;
                    for (int i = digit; i < count; i += digits) histogram.Add(input, digit, ofInput[i]);
                }
        }
    }
}
