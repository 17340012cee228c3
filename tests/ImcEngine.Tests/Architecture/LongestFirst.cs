using ImcEngine.Tests.Cli;
using ImcEngine.Tests.Cli.Studies;
using ImcEngine.Tests.EndToEnd;
using ImcEngine.Tests.Fuzzing;
using ImcEngine.Tests.Importer.Lowering;
using ImcEngine.Tests.Kernels;
using ImcEngine.Tests.Kernels.PerConversion;
using ImcEngine.Tests.Macro;
using ImcEngine.Tests.Networks.Execution;
using ImcEngine.Tests.Randomness;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("ImcEngine.Tests.Architecture.LongestFirst", "ImcEngine.Tests")]

namespace ImcEngine.Tests.Architecture;

/// <summary>
/// Classes that take long begin first, the others follow by name: a long one that begins last would run alone, with one core at work. A
/// class is a collection, and tests of one run one after another. Without it collections come in an order that differs from run to run.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        .. new[]
        {
            typeof(ChildProcessTests), typeof(KernelShapeTests), typeof(DesignedAdcTests), typeof(ReadersTests),
            typeof(ModelLimitsTests), typeof(IdentityTests),
            typeof(PresetLogitsTests), typeof(DieTests),
            typeof(StudyDamageTests), typeof(AdcResolutionTests), typeof(DieBodiesTests), typeof(KernelAgreementTests),
            typeof(MonteCarloTests), typeof(StudyMergeTests), typeof(StudyCommandTests),
            typeof(CompareCommandTests), typeof(DrawStatisticsTests), typeof(D21NoiseTests), typeof(FaultyModelsTests),
            typeof(PresetReferenceTests), typeof(DeliberateFaultTests),
        }.Select(type => type.FullName!),
    ];

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(PlaceOf).ThenBy(collection => collection.DisplayName, StringComparer.Ordinal);

    private static int PlaceOf(ITestCollection collection)
    {
        int place = Array.FindIndex(Longest, name => collection.DisplayName.EndsWith(" " + name, StringComparison.Ordinal));
        return place < 0 ? Longest.Length : place;
    }
}
