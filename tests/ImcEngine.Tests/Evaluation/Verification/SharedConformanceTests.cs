using ImcEngine.Evaluation.Verification;
using ImcEngine.Tests.Macro;

namespace ImcEngine.Tests.Evaluation.Verification;

/// <summary>Layers with answers from the D21 framework itself; they lie beside the repository, where they are at all.</summary>
public class SharedConformanceTests
{
    [NeedsSharedFact("conformance")]
    public void The_reference_gives_every_known_answer()
    {
        var report = ConformanceRunner.Run(ConformanceRunner.FindCases(NeedsSharedFactAttribute.Find("conformance")!), []);
        Assert.Empty(report.Failures);
        Assert.Equal("53 passed, 0 failed", report.ToString());
    }
}
