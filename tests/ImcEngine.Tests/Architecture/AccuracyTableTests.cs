using ImcEngine.Evaluation;
using ImcEngine.Perf.Weights;

namespace ImcEngine.Tests.Architecture;

/// <summary>The accuracies that weights/README.md shows are those that were measured of the networks that ship:
/// <c>perf -- weights</c> brings them over.</summary>
public class AccuracyTableTests
{
    private static readonly AccuracyResults Results = AccuracyResults.Parse(Repository.Read(AccuracyResults.File));

    [Fact]
    public void The_README_shows_what_was_measured()
    {
        string readme = Repository.Read(AccuracyTable.Readme);
        Assert.Equal(AccuracyTable.InsertInto(readme, Results), readme);
    }

    [Fact]
    public void Every_accuracy_is_of_the_file_that_ships()
    {
        Assert.All(Results.Networks.AtLeastOne(), network =>
        {
            Assert.Equal(Sha256(network.Network), network.Inputs.OnnxSha256);
            Assert.Equal(Sha256(AccuracyResults.Float), network.Inputs.FloatSha256);
        });
    }

    [Fact]
    public void Every_quantized_CIFAR_10_network_that_ships_was_measured()
    {
        const string Start = "weights/resnet18-cifar10-w";
        var shipped = Repository.Files.Where(
            file => file.StartsWith(Start, StringComparison.Ordinal) && file.EndsWith(".onnx", StringComparison.Ordinal)).AtLeastOne();
        Assert.Equal(shipped.Order(StringComparer.Ordinal),
            Results.Networks.Select(network => AccuracyResults.OnnxFileOf(network.Network)).Order(StringComparer.Ordinal));
    }

    private static string Sha256(string network) => FileHash.Sha256(Path.Combine(Repository.Root, AccuracyResults.OnnxFileOf(network)));
}
