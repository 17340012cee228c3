using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

/// <summary>Assignments that a user puts together: none may silently have no effect.</summary>
public class HeldAssignmentsTests
{
    [Theory]
    [InlineData("--set 'macro=default' replaces what --set 'macro.rows=64' set (macro.rows: 64 becomes 256); "
        + "put it first, or leave one out.", "macro.rows=64", "macro=default")]
    [InlineData("--set 'macro.adc.levels=9' replaces what --set 'macro.adc.bits=5' set", "macro.adc.bits=5", "macro.adc.levels=9")]
    [InlineData("--set 'macro.rows=64' sets the same field as --set 'macro.rows=64'; leave one out.", "macro.rows=64", "macro.rows=64")]
    [InlineData("--set ' macro.rows =65' sets the same field as --set 'macro.rows=64'", "macro.rows=64", " macro.rows =65")]
    [InlineData("--set 'macro=null' replaces what --set 'macro.adc=null' set", "macro.adc=null", "macro.adc.bits=3", "macro=null")]
    [InlineData("--set 'layers={}' replaces what --set 'layers.fc={}' set (layers.fc: {} becomes nothing)", "layers.fc={}", "layers={}")]
    public void One_that_undoes_another_is_refused(string message, params string[] assignments) =>
        Assert.StartsWith(message,
            Assert.ThrowsAny<ImcException>(() => RunSpecJson.SetAll("--set", RunSpecJson.Default, assignments)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Those_that_stand_together_are_applied_as_they_are_alone()
    {
        string[] assignments = ["macro=xnor-256", "macro.rows=64", "macro.adc={\"bits\":3}", "macro.adc.ties=up", "layers.fc={}",
            "layers.fc.adc.bits=5", "layers.fc.weightBits=null", "quantization.method=percentile", "quantization.percentile=99"];
        Assert.Equal(RunSpecJson.Write(RunSpecJson.Set(RunSpecJson.Default, assignments)),
            RunSpecJson.Write(RunSpecJson.SetAll("--set", RunSpecJson.Default, assignments)));
    }
}
