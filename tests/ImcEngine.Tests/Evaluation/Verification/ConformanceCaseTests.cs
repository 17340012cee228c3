using System.Runtime.InteropServices;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Importer.Packing;

namespace ImcEngine.Tests.Evaluation.Verification;

public sealed class ConformanceCaseTests : IDisposable
{
    /// <summary>
    /// Two images of one row, two bipolar bits (codes 0 .. 3 stand for -3, -1, 1, 3), one 1-bit weight row + - on two channels, kernel 1x1:
    /// image 0: codes 3, 1 (planes 1 1 and 0 1, that is +1 +1 and -1 +1 from the top): high plane s = 1 - -1 = 2, low plane s = 1 - 1 = 0.
    /// image 1: codes 0, 0: both planes s = -1 + 1 = 0. Levels: -1 for s &lt; 1, else 1.5.
    /// Results 2 * 1.5 + -1 = 2 and -3, times 0.5 / 3 * 2.
    /// </summary>
    private const string Json = """
        {
          "id": "hand", "operator": "conv", "input": { "bits": 2, "encoding": "bipolar", "scale": 0.5 },
          "weight": { "bits": 1, "encoding": "bipolar", "scale": 2 },
          "rows": 2, "mapping": "whole-taps", "strides": [1, 1], "pads": [0, 0, 0, 0], "adc": { "thresholds": [1], "levels": [-1, 1.5] }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_case_worked_by_hand_is_read_and_passes_the_reference_and_every_kernel()
    {
        WriteWhole();
        var conformance = ConformanceCase.Load(_folder.Path);
        Assert.Equal([3, -1, -3, -3], conformance.Case.Input);
        Assert.Equal([1, -1], conformance.Case.Layer.WeightCodes);
        Assert.Equal([2L * 65536, -3 * 65536], conformance.Case.RunReference());
        Assert.Empty(ConformanceRunner.RunCase(conformance, EngineKernels.All));
        Assert.Equal("1 passed, 0 failed", ConformanceRunner.Run(ConformanceRunner.FindCases(_folder.Path), EngineKernels.All).ToString());
    }

    [Fact]
    public void A_result_that_is_off_by_more_than_1e_5_of_the_largest_fails_with_its_index()
    {
        WriteWhole();
        WriteResult(2 / 3f, -1.00002f);
        var failure = Assert.Single(ConformanceRunner.RunCase(ConformanceCase.Load(_folder.Path), []));
        Assert.Equal(("reference", "[1, 0, 0]", "-1.00002"), (failure.Kernel, failure.Index, failure.Expected));
        WriteResult(2 / 3f, -1.000009f);
        Assert.Empty(ConformanceRunner.RunCase(ConformanceCase.Load(_folder.Path), []));
    }

    [Theory]
    [InlineData("\"conv\"", "\"pool\"", "operator 'pool'")]
    [InlineData("\"conv\"", "\"linear\"", "2 axes")]
    [InlineData("\"operator\": \"conv\",", "", "operator")]
    [InlineData("\"rows\": 2", "\"rows\": 0", "rows is 0")]
    [InlineData("\"rows\": 2", "\"rows\": \"two\"", "rows")]
    [InlineData("whole-taps", "half-taps", "mapping 'half-taps'")]
    [InlineData("\"bits\": 2", "\"bits\": 9", "'bipolar:9'")]
    [InlineData("\"bits\": 2", "\"bits\": 1", "input.npy holds code 3 at flat index 0")]
    [InlineData("\"encoding\": \"bipolar\", \"scale\": 2", "\"encoding\": \"unipolar\", \"scale\": 2", "No cell multiplies")]
    [InlineData("\"strides\": [1, 1]", "\"strides\": [1]", "strides has 1 numbers")]
    [InlineData("\"strides\": [1, 1]", "\"strides\": [0, 1]", "strides (0, 1)")]
    [InlineData("\"pads\": [0, 0, 0, 0]", "\"pads\": [0, 0, 0, -1]", "pads (0, 0, 0, -1)")]
    [InlineData("\"pads\": [0, 0, 0, 0]", "\"pads\": [0, 0, 0, 1]", "the layer's result has (2, 1, 1, 2)")]
    [InlineData("\"pads\": [0, 0, 0, 0]", "\"groups\": 2", "2 in 2 groups")]
    [InlineData("\"thresholds\": [1]", "\"thresholds\": [1, 2]", "2 levels beside 2 edges")]
    [InlineData("\"thresholds\": [1], \"levels\": [-1, 1.5]", "\"thresholds\": [2, 1], \"levels\": [-1, 0, 1]", "edges must ascend")]
    [InlineData("\"levels\": [-1, 1.5]", "\"levels\": [1, 1]", "two different levels")]
    [InlineData("\"levels\": [-1, 1.5]", "\"levels\": null", "Levels")]
    [InlineData("{", "[", "Cannot read conformance case")]
    public void A_damaged_description_is_refused_with_what_was_found(string found, string damaged, string message)
    {
        WriteWhole();
        Assert.Contains(found, Json, StringComparison.Ordinal);
        File.WriteAllText(_folder["case.json"], Json.Replace(found, damaged, StringComparison.Ordinal));
        AssertRefused(message);
    }

    [Theory]
    [InlineData("input.npy", new sbyte[] { 3, 1, 0, 4 }, new[] { 2, 2, 1, 1 }, "input.npy holds code 4 at flat index 3")]
    [InlineData("input.npy", new sbyte[] { 3, 1, 0, -1 }, new[] { 2, 2, 1, 1 }, "input.npy holds code -1")]
    [InlineData("input.npy", new sbyte[] { 3, 1, 0, 0 }, new[] { 4, 1, 1, 1 }, "input has 1 channels, weight 2")]
    [InlineData("input.npy", new sbyte[0], new[] { 0, 2, 1, 1 }, "at least one image")]
    [InlineData("input.npy", new sbyte[] { 3, 1, 0, 0 }, new[] { 2, 2 }, "4 axes")]
    [InlineData("weight.npy", new sbyte[] { 1, 2 }, new[] { 1, 2, 1, 1 }, "weight.npy holds code 2")]
    [InlineData("weight.npy", new sbyte[] { 1, 0, 1, 0 }, new[] { 2, 2, 1, 1 }, "the layer's result has (2, 2, 1, 1)")]
    [InlineData("weight.npy", new sbyte[] { 1, 0, 1, 0 }, new[] { 1, 2, 2, 1 }, "kernel spans 2x1")]
    public void An_array_that_does_not_fit_is_refused_with_what_was_found(string file, sbyte[] codes, int[] shape, string message)
    {
        WriteWhole();
        WriteCodes(file, codes, shape);
        AssertRefused(message);
    }

    [Theory]
    [InlineData("input.npy")]
    [InlineData("weight.npy")]
    [InlineData("result.npy")]
    public void A_missing_array_is_refused_and_the_run_counts_the_case_as_failed(string file)
    {
        WriteWhole();
        File.Delete(_folder[file]);
        AssertRefused(file);
        var report = ConformanceRunner.Run([_folder.Path], []);
        Assert.Equal("0 passed, 1 failed", report.ToString());
        Assert.Contains(file, Assert.Single(report.Failures).Got, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_cases_is_refused()
    {
        Assert.Contains("has no conformance case", Assert.Throws<ImcException>(() => ConformanceRunner.FindCases(_folder.Path)).Message,
            StringComparison.Ordinal);
        Assert.Contains("There is no folder", Assert.Throws<ImcException>(() => ConformanceRunner.FindCases(_folder["absent"])).Message,
            StringComparison.Ordinal);
        Assert.False(ConformanceCase.IsCaseFolder(_folder.Path));
    }

    private void AssertRefused(string message) =>
        Assert.Contains(message, Assert.Throws<ImcException>(() => ConformanceCase.Load(_folder.Path)).Message,
            StringComparison.OrdinalIgnoreCase);

    private void WriteWhole()
    {
        File.WriteAllText(_folder["case.json"], Json);
        WriteCodes("input.npy", [3, 1, 0, 0], [2, 2, 1, 1]);
        WriteCodes("weight.npy", [1, 0], [1, 2, 1, 1]);
        WriteResult(2 / 3f, -1);
    }

    private void WriteCodes(string file, sbyte[] codes, int[] shape) =>
        File.WriteAllBytes(_folder[file], NpzWriter.Npy("|i1", MemoryMarshal.AsBytes(codes.AsSpan()), shape));

    private void WriteResult(params float[] results) =>
        File.WriteAllBytes(_folder["result.npy"], NpzWriter.Npy("<f4", MemoryMarshal.AsBytes(results.AsSpan()), results.Length, 1, 1, 1));
}
