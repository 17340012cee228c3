using ImcEngine.Tests.Macro;

namespace ImcEngine.Tests.Importer;

/// <summary>The page of operators and networks says what is found, where the published tests and networks are there.</summary>
public class CompatibilityPageTests
{
    private const string Large = "light_";

    [SharedTheory("onnx-node")]
    [InlineData("onnx-node")]
    public void Operators_are_what_the_page_says(string folder) =>
        CompatibilityPage.Require("Operators", _ => CompatibilityPage.OperatorRows(SharedFolder.Find(folder)!));

    [SharedTheory("models")]
    [InlineData("probes", "Probes")]
    [InlineData("zoo", "Networks of others")]
    public void Networks_are_what_the_page_says(string folder, string heading) => CompatibilityPage.Require(heading,
        committed => CompatibilityPage.NetworkRows(Files(folder).Where(path => !IsLarge(path)), committed));

    [LongFact]
    public void Topologies_for_ImageNet_are_what_the_page_says()
    {
        if (SharedFolder.Find("models") is null) return;
        CompatibilityPage.Require("Topologies for ImageNet",
            committed => CompatibilityPage.NetworkRows(Files("zoo").Where(IsLarge), committed));
    }

    private static bool IsLarge(string path) => Path.GetFileName(path).StartsWith(Large, StringComparison.Ordinal);

    private static string[] Files(string folder) => Directory.GetFiles(Path.Combine(SharedFolder.Find("models")!, folder), "*.onnx");
}
