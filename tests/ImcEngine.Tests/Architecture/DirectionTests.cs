using ImcEngine.Evaluation;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Tests.Architecture;

/// <summary>The folders of the engine are the signal chain:
/// a folder uses what stands before it in this table, and of that only what it names.</summary>
public class DirectionTests
{
    /// <summary>Folder and what it may use, in the order of the chain. All may use the files beside the project.</summary>
    private static readonly (string Folder, string[] Uses)[] Chain =
    [
        ("Randomness", []),
        ("Data", ["Randomness"]),
        ("BitPlanes", []),
        ("Macro", ["BitPlanes", "Randomness"]),
        ("Mapping", ["BitPlanes", "Macro"]),
        ("Cost", ["BitPlanes", "Macro", "Mapping"]),
        ("Reference", ["BitPlanes", "Macro", "Mapping", "Randomness"]),
        ("Kernels/Lanes", ["BitPlanes", "Mapping"]),
        ("Kernels/BitVectors", ["Kernels/Lanes"]),
        ("Kernels/Adc", ["BitPlanes", "Kernels/BitVectors", "Kernels/Lanes", "Macro", "Mapping"]),
        ("Kernels/Compiled", ["BitPlanes", "Kernels/Adc", "Kernels/BitVectors", "Kernels/Lanes"]),
        ("Kernels", ["BitPlanes", "Kernels/Adc", "Mapping", "Randomness"]),
        ("Kernels/BitSliced", ["BitPlanes", "Kernels/Adc", "Kernels/Compiled", "Kernels/Lanes", "Mapping"]),
        ("Kernels/BitSliced/Columns",
            ["BitPlanes", "Kernels", "Kernels/Adc", "Kernels/BitSliced", "Kernels/BitVectors", "Kernels/Compiled", "Kernels/Lanes",
             "Mapping"]),
        ("Kernels/BitSliced/Pixels",
            ["BitPlanes", "Kernels", "Kernels/Adc", "Kernels/BitSliced", "Kernels/BitVectors", "Kernels/Compiled", "Kernels/Lanes",
             "Mapping"]),
        ("Kernels/PerConversion",
            ["BitPlanes", "Kernels", "Kernels/Adc", "Kernels/Compiled", "Kernels/Lanes", "Macro", "Mapping", "Randomness"]),
        ("Kernels/Plain", ["BitPlanes", "Kernels", "Kernels/Adc", "Kernels/Lanes", "Mapping"]),
        ("Kernels/Histograms",
            ["BitPlanes", "Kernels", "Kernels/Adc", "Kernels/BitSliced", "Kernels/BitSliced/Pixels", "Kernels/Compiled", "Kernels/Lanes",
                "Kernels/PerConversion", "Kernels/Plain", "Macro", "Mapping"]),
        ("Kernels/Selection",
            ["BitPlanes", "Kernels", "Kernels/Adc", "Kernels/BitSliced/Columns", "Kernels/BitSliced/Pixels", "Kernels/Lanes",
                "Kernels/PerConversion",
             "Kernels/Plain", "Macro", "Mapping"]),
        ("Networks/Graph", ["BitPlanes", "Data", "Mapping"]),
        ("Networks/Digital", ["BitPlanes", "Mapping", "Networks/Graph"]),
        ("Networks/Execution",
            ["BitPlanes", "Data", "Kernels", "Kernels/Adc", "Kernels/Plain", "Kernels/Selection", "Macro", "Mapping",
                "Networks/Digital",
             "Networks/Graph", "Randomness"]),
        ("Evaluation/Intervals", []),
        ("Evaluation",
            ["BitPlanes", "Cost", "Data", "Evaluation/Intervals", "Kernels", "Kernels/Histograms", "Kernels/Lanes",
             "Kernels/PerConversion", "Kernels/Plain", "Kernels/Selection", "Macro", "Mapping",
             "Networks/Execution", "Networks/Graph", "Randomness", "Reference"]),
        ("Evaluation/Attribution",
            ["BitPlanes", "Data", "Evaluation", "Macro", "Mapping", "Networks/Digital", "Networks/Execution", "Networks/Graph",
                "Randomness"]),
        ("Evaluation/Caching", ["Data"]),
        ("Evaluation/MonteCarlo", ["Evaluation/Intervals", "Mapping", "Networks/Execution", "Networks/Graph"]),
        ("Evaluation/Studies", ["Evaluation", "Macro"]),
        ("Evaluation/Optimization",
            ["BitPlanes", "Data", "Evaluation/Intervals", "Evaluation/MonteCarlo", "Evaluation/Studies", "Kernels/Histograms", "Macro",
                "Mapping", "Networks/Execution", "Networks/Graph", "Randomness"]),
        ("Evaluation/Verification",
            ["BitPlanes", "Data", "Kernels", "Kernels/Adc", "Kernels/PerConversion", "Kernels/Plain", "Kernels/Selection",
             "Macro", "Mapping", "Networks/Execution", "Networks/Graph", "Randomness", "Reference"]),
    ];

    private static readonly Lazy<IReadOnlyList<FolderReference>> OfTheEngine =
        new(() => FolderReferences.Of(typeof(ImcException).Assembly));
    private static readonly Lazy<IReadOnlyList<FolderReference>> OfTheTests =
        new(() => FolderReferences.Of(typeof(PlantedReferences).Assembly));

    [Fact]
    public void The_table_runs_one_way()
    {
        for (int i = 0; i < Chain.Length; i++) Assert.Empty(Chain[i].Uses.Except(Chain[..i].Select(before => before.Folder)));
    }

    [Fact]
    public void No_folder_uses_what_the_table_does_not_name()
    {
        Assert.Empty(OfTheEngine.Value.Where(reference => !IsAllowed(reference)).Select(Describe).Distinct());
    }

    [Fact]
    public void The_table_names_no_more_than_is_used_and_every_folder()
    {
        foreach (var (folder, uses) in Chain)
            Assert.Equal(uses, OfTheEngine.Value.Where(reference => reference.From == folder && reference.To != "")
                .Select(reference => reference.To)
                .Distinct().Order(StringComparer.Ordinal));
        var folders =
            Repository.Files.Where(file => file.StartsWith("engine/ImcEngine/", StringComparison.Ordinal)
                && file.EndsWith(".cs", StringComparison.Ordinal))
            .Select(file => file["engine/ImcEngine/".Length..]).Where(file => file.Contains('/', StringComparison.Ordinal))
            .Select(file => file[..file.LastIndexOf('/')]);
        Assert.Equal(Chain.Select(each => each.Folder).Order(StringComparer.Ordinal), folders.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Macro", "Networks/Execution", typeof(MacroSpec), typeof(MappedNetwork))]
    [InlineData("Kernels/Lanes", "Kernels/Adc", typeof(WideRowList), typeof(MappedNetwork))]
    [InlineData("Networks/Execution", "Evaluation", typeof(MappedNetwork), typeof(LogitsHash))]
    public void A_reference_against_the_chain_is_not_allowed(string from, string to, Type type, Type named)
    {
        Assert.False(IsAllowed(new(from, to, type, named)));
    }

    public static TheoryData<string> Planted => [.. typeof(PlantedReferences).GetNestedTypes().Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Planted))]
    public void The_reader_finds_a_planted_reference(string name)
    {
        Assert.Contains(OfTheTests.Value,
            reference => reference is { From: "Architecture", To: "Data" } && Holder(reference.Type).Name == name);
    }

    /// <summary>The nested type of <see cref="PlantedReferences"/> that a closure or the type itself stands in.</summary>
    private static Type Holder(Type type) => type.DeclaringType is { } outer && outer != typeof(PlantedReferences) ? Holder(outer) : type;

    private static bool IsAllowed(FolderReference reference) =>
        reference.To == "" || Chain.Any(each => each.Folder == reference.From && each.Uses.Contains(reference.To));

    private static string Describe(FolderReference reference) =>
        $"{reference.From} -> {reference.To}: {reference.Type.Name} uses {reference.Named.Name}";
}
