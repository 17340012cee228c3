using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Selection;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Kernels.Selection;

/// <summary>The collection of the tests that change this process's environment: they do not run in parallel with others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class ProcessEnvironment
{
    public const string Name = "process environment";
}

[Collection(ProcessEnvironment.Name)]
public sealed class KernelRegistryTests : IDisposable
{
    private static readonly IntegerAdc Affine = new([1, 3], [0, 1, 2]), FarFromALine = new([1, 3, 4], [0, 1, 5, 1L << 34]);

    private readonly string? _before = Environment.GetEnvironmentVariable(KernelRegistry.ForcingVariable);

    public KernelRegistryTests() => Environment.SetEnvironmentVariable(KernelRegistry.ForcingVariable, null);

    public void Dispose() => Environment.SetEnvironmentVariable(KernelRegistry.ForcingVariable, _before);

    public static TheoryData<string> Available { get; } =
        [.. KernelRegistry.All.Where(kernel => kernel.IsAvailable).Select(kernel => kernel.Name)];

    [Theory]
    [MemberData(nameof(Available))]
    public void A_kernel_is_forced_by_name_and_by_the_environment(string name)
    {
        Assert.Equal(name, KernelRegistry.Choose(Layer(40), [Affine], name).Entry.Name);
        Environment.SetEnvironmentVariable(KernelRegistry.ForcingVariable, name);
        Assert.Equal(name, KernelRegistry.Choose(Layer(40), [Affine]).Entry.Name);
        Assert.Equal("popcount", KernelRegistry.Choose(Layer(40), [Affine], "popcount").Entry.Name);
    }

    [Fact]
    public void An_unknown_name_is_refused_with_the_names_that_exist()
    {
        string message = Assert.Throws<ImcException>(() => KernelRegistry.ByName("vertical-128")).Message;
        Assert.Contains("'vertical-128'", message);
        Assert.All(KernelRegistry.All, kernel => Assert.Contains(kernel.Name, message));
        Environment.SetEnvironmentVariable(KernelRegistry.ForcingVariable, "nonsense");
        Assert.Throws<ImcException>(() => KernelRegistry.Choose(Layer(40), [Affine]));
    }

    [Fact]
    public void A_kernel_that_the_machine_lacks_is_refused_with_those_it_has()
    {
        foreach (var kernel in KernelRegistry.All.Where(kernel => kernel.Name != "popcount").AtLeastOne())
        {
            KernelEntry[] ofAMachine = [.. KernelRegistry.All.Select(each => each == kernel ? each with { IsAvailable = false } : each)];
            string message = Assert.Throws<ImcException>(() => KernelRegistry.ByName(kernel.Name, ofAMachine)).Message;
            Assert.Contains("popcount", message);
            Assert.Contains("instructions", message);
        }
    }

    [Fact]
    public void Without_force_the_cheapest_accelerated_kernel_that_takes_the_layer_is_chosen()
    {
        var fastest = KernelRegistry.All.Where(kernel => kernel.IsAccelerated)
            .OrderBy(kernel => KernelCost.Estimate(kernel.Id, Layer(600))).ToList();
        Assert.Equal(fastest[0], KernelRegistry.Choose(Layer(600), [Affine]).Entry);
        Assert.Equal("columns", fastest[0].Id.InLanes);
        Assert.Equal("popcount", fastest[^1].Name);
        Assert.Equal("popcount", KernelRegistry.Choose(Layer(600), [FarFromALine]).Entry.Name);
        Assert.Equal("popcount", KernelRegistry.Choose(Layer(600), [Affine, Affine]).Entry.Name);
    }

    [Fact]
    public void Few_columns_and_many_pixels_put_pixels_in_the_lanes()
    {
        Assert.Equal("pixels", KernelRegistry.Choose(Layer(20, pixels: 1024), [Affine]).Entry.Id.InLanes);
        Assert.Equal("columns", KernelRegistry.Choose(Layer(600, pixels: 16), [Affine]).Entry.Id.InLanes);
    }

    [Fact]
    public void A_forced_kernel_that_does_not_take_the_layer_gives_way()
    {
        Assert.Equal("popcount", KernelRegistry.Choose(Layer(40), [FarFromALine], "vertical-64").Entry.Name);
    }

    [Fact]
    public void What_is_accelerated_is_available_and_popcount_and_64_lanes_always_are()
    {
        Assert.All(KernelRegistry.All, kernel => Assert.True(kernel.IsAvailable || !kernel.IsAccelerated));
        Assert.All((string[])["vertical-64", "popcount"], name => Assert.True(KernelRegistry.ByName(name).IsAccelerated));
        // And those that take images together, two of exact sums, and die.
        string[] available = [.. KernelRegistry.All.Where(kernel => kernel.IsAvailable).Select(kernel => kernel.Name)];
        Assert.Equal(available.Length + KernelRegistry.Batched.Keys.Count(id => available.Contains(id.Name)) + 3, EngineKernels.All.Count);
    }

    private static MappedLayer Layer(int outputs, int pixels = 1)
    {
        var geometry = new ConvGeometry { InputChannels = 8, InputHeight = 1, InputWidth = pixels, OutputChannels = outputs };
        return new(new LayerMap("layer", geometry, KernelLayers.Unipolar2, KernelLayers.Bipolar1, new()),
            [.. Enumerable.Repeat((short)1, 8 * outputs)], false);
    }
}
