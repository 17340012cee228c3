using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Importer.Identity;

namespace ImcEngine.Cli;

/// <summary>What <c>imc verify --model</c> prints and writes.</summary>
internal static class ModelVerificationReport
{
    public static void Write(Report report, ModelVerificationResults results)
    {
        string inputs = results.Inputs.Images is null ? "inputs" : "images";
        report.Line();
        if (results.Sums.Count + results.Codes.Count > 0)
        {
            report.Write(Layers(results));
            report.Line();
        }
        if (results.Sums.Count > 0)
            report.Line($"Sums: {results.SumImages} {inputs}, {results.PlainImages} of them also by plain convolution and every kernel. "
                + $"Layers per kernel: {KernelUse(results)}.");
        if (results.Codes.Count > 0)
            report.Line($"Codes: {results.Run.Images} {inputs}, each layer on OnnxRuntime's inputs; boundary: "
                + $"within {CodeIdentity.BoundarySteps.ToString(CultureInfo.InvariantCulture)} step of a rounding boundary.");
        report.Line(string.Create(CultureInfo.InvariantCulture,
            $"{Title(results.Run.Rule)}: {results.Run.Images} {inputs}, {Agreement(results.Run)}"
                + $"largest logit difference {results.Run.LargestLogitDifference:G3} (largest logit {results.Run.LargestLogit:G3}"
                + $"{Allowed(results.Run)})."));
        foreach (var check in results.Sums.Where(check => check.Failure is not null))
            report.Line($"FAILED sums of layer '{check.Layer}': {check.Failure}");
        foreach (var check in results.Codes.Where(check => check.Failure is not null))
            report.Line($"FAILED codes of '{check.Tensor}', {check.Wrong} of {check.Codes}: {check.Failure}");
        if (!results.Run.Passed) report.Line($"FAILED {Title(results.Run.Rule).ToLowerInvariant()}.");
        report.Line($"{results.Passed} passed, {results.Failed} failed");
    }

    public static JsonObject ToJson(ModelVerificationResults results)
    {
        var document = JsonOutput.NewDocument();
        document["model"] = JsonOutput.OfModel(results.Model, results.Choice);
        document["data"] = results.Inputs.Images is { } images
            ? new JsonObject { ["name"] = images.Name, ["sha256"] = images.Sha256 }
            : new JsonObject { ["name"] = "random", ["seed"] = results.Inputs.Seed };
        document["preprocessing"] = PreprocessingReport.ToJson(results.Preprocessing);
        document["operands"] = RunOutput.OperandsToJson(results.Mapped.Network);
        document["sumImages"] = results.SumImages;
        document["plainImages"] = results.PlainImages;
        document["sums"] = new JsonArray([.. results.Sums.Select(check => new JsonObject
        {
            ["layer"] = check.Layer, ["compared"] = check.Sums,
            ["kernels"] = new JsonArray([.. check.Kernels.Select(kernel => JsonValue.Create(kernel))]),
            ["byOnnxRuntime"] = check.ByOnnxRuntime, ["failure"] = check.Failure,
        })]);
        document["codes"] = new JsonArray([.. results.Codes.Select(check => new JsonObject
        {
            ["tensor"] = check.Tensor, ["compared"] = check.Codes, ["boundary"] = check.Boundary, ["wrong"] = check.Wrong,
            ["failure"] = check.Failure,
        })]);
        document["images"] = results.Run.Images;
        document["agreement"] = results.Run.Agreement;
        document["largestLogitDifference"] = results.Run.LargestLogitDifference;
        document["largestLogit"] = results.Run.LargestLogit;
        if (results.Run.FunctionError > 0) document["functionError"] = results.Run.FunctionError;
        document["rule"] = Title(results.Run.Rule).ToLowerInvariant();
        document["passed"] = results.Passed;
        document["failed"] = results.Failed;
        return document;
    }

    private static string Title(RunRule rule) => rule == RunRule.Classes ? "Classes" : "Logits";

    private static string Agreement(RunCheck run) => run.Rule != RunRule.Classes ? "" : string.Create(CultureInfo.InvariantCulture,
        $"same class as OnnxRuntime: {run.Agreement * 100:F2} % (at least {RunIdentity.LeastAgreement * 100} %), ");

    private static string Allowed(RunCheck run) => run.Rule switch
    {
        RunRule.Logits => string.Create(CultureInfo.InvariantCulture, $", allowed {RunIdentity.MostDifferenceRelative:G1} of it"
            + $"{(run.FunctionError > 0 ? $" and {run.FunctionError:G1}, the error of OnnxRuntime's own function" : "")}"),
        RunRule.Finite => ", reported only, since a code at a rounding boundary may fall to either side",
        _ => "",
    };

    /// <summary>Codes stand beside the first layer that reads them; those that no macro layer reads have a row of their own.</summary>
    private static TextTable Layers(ModelVerificationResults results)
    {
        var table = new TextTable(TextTable.Name("layer"), TextTable.Text("codes in"), TextTable.Number("sums compared"),
            TextTable.Number("codes compared"), TextTable.Number("boundary"), TextTable.Number("wrong codes"));
        var rest = results.Codes.ToDictionary(check => check.Number);
        for (int layer = 0; layer < results.Sums.Count; layer++)
        {
            var sums = results.Sums[layer];
            var network = results.Mapped.Network;
            rest.Remove(network.QuantizerOf(network.MacroLayers[layer].Inputs[0]).Result, out var codes);
            table.Add(sums.Layer, codes?.Tensor ?? "", Count(sums.Sums), codes is null ? "" : Count(codes.Codes),
                codes is null ? "" : Count(codes.Boundary), codes is null ? "" : Count(codes.Wrong));
        }
        foreach (var codes in rest.Values) table.Add("", codes.Tensor, "", Count(codes.Codes), Count(codes.Boundary), Count(codes.Wrong));
        table.Add("all", "", Count(results.Sums.Sum(check => check.Sums)), Count(results.Codes.Sum(check => check.Codes)),
            Count(results.Codes.Sum(check => check.Boundary)),
            Count(results.Codes.Sum(check => check.Wrong)));
        return table;
    }

    private static string KernelUse(ModelVerificationResults results) => string.Join(", ", TransparentLayer.AllKernels.Select(kernel =>
        $"{kernel} {results.Sums.Count(check => check.Kernels.Contains(kernel))}"));

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
