using System.Globalization;
using System.Text.RegularExpressions;
using ImcEngine.Importer;
using ImcEngine.Importer.Identity;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Architecture;
using ImcEngine.Tests.Importer.Lowering;

namespace ImcEngine.Tests.Importer;

/// <summary>
/// The page <c>engine/docs/compatibility.md</c>: what of the published operator tests and of other people's networks is read, and how near
/// its results are to the published ones and to OnnxRuntime's. A deviation is printed as a power of ten that it does not pass, and a
/// committed bound stays as long as it holds, so that the page is the same on every processor.
/// </summary>
internal static partial class CompatibilityPage
{
    private const string PagePath = "engine/docs/compatibility.md", Update = "IMC_UPDATE_COMPATIBILITY";
    private const int Inputs = 2, LeastExponent = -6, MostReasons = 2, MostReasonLength = 120;

    /// <summary>Compares a section with the committed page; writes it there in place of comparing where the variable
    /// <c>IMC_UPDATE_COMPATIBILITY</c> is 1.</summary>
    /// <param name="heading">The section's heading.</param>
    /// <param name="rowsOf">Returns the rows of its table, given those of the page.</param>
    public static void Require(string heading, Func<string[], IEnumerable<string>> rowsOf)
    {
        string page = Repository.Read(PagePath), marker = $"\n## {heading}\n";
        int start = page.IndexOf(marker, StringComparison.Ordinal);
        Assert.True(start >= 0, $"'{PagePath}' has no section '{heading}'.");
        start = page.IndexOf("|---", start, StringComparison.Ordinal);
        start = page.IndexOf('\n', start) + 1;
        int end = page.IndexOf("\n## ", start, StringComparison.Ordinal);
        end = end < 0 ? page.Length : end;
        string[] committed = page[start..end].Split('\n', StringSplitOptions.RemoveEmptyEntries), found = [.. rowsOf(committed)];
        if (Environment.GetEnvironmentVariable(Update) == "1")
        {
            File.WriteAllText(Path.Combine(Repository.Root, PagePath),
                $"{page[..start]}{string.Concat(found.Select(row => row + "\n"))}{page[end..]}");
            return;
        }
        string[] differences = [.. committed.Except(found).Select(row => $"- {row}"), .. found.Except(committed).Select(row => $"+ {row}")];
        Assert.True(differences.Length == 0, $"'{PagePath}', section '{heading}', is not what is found:\n"
            + $"{string.Join('\n', differences)}\nIf the change is meant, run the tests of the page with {Update}=1 and commit it.");
    }

    /// <summary>Returns a row for each operator of the published tests.</summary>
    public static IEnumerable<string> OperatorRows(string folder) =>
        from path in Directory.GetDirectories(folder).Order(StringComparer.Ordinal)
        let model = OnnxFile.Load(Path.Combine(path, "model.onnx"))
        let result = ResultOf(path, model)
        group (model, result) by OperatorOf(model) into tests
        orderby tests.Key
        let opsets = tests.Select(test => test.model.OperatorSets[0].Version).Distinct().Order()
        let met = tests.Count(test => test.result.Length == 0)
        select $"| {tests.Key} | {string.Join(", ", opsets)} | {met} of {tests.Count()} | "
            + $"{Reasons(tests.Select(test => test.result).Where(result => result.Length > 0))} |";

    /// <summary>Returns a row for each network.</summary>
    /// <param name="committed">The rows of the page, for their bounds.</param>
    public static IEnumerable<string> NetworkRows(IEnumerable<string> paths, string[] committed)
    {
        foreach (string path in paths.Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            string? before = Array.Find(committed, row => row.StartsWith($"| {name} |", StringComparison.Ordinal));
            yield return $"| {name} | {Loaded(path, before)} |";
        }
    }

    private static string OperatorOf(OnnxModel model)
    {
        string[] operators = [.. model.Graph!.Nodes.Select(node => node.Operator!).Distinct()];
        return operators.Length == 1 ? operators[0] : "several";
    }

    /// <summary>Returns why a published result is not met; nothing if it is.</summary>
    private static string ResultOf(string path, OnnxModel model)
    {
        try
        {
            return BackendNodeTests.Difference(path, model) is null ? "" : "the result differs";
        }
        catch (ModelException refused)
        {
            return QuotedName().Replace(ReasonOf(refused), "");
        }
    }

    private static string Loaded(string path, string? before)
    {
        try
        {
            var imported = NetworkImporter.Import(path);
            int onMacro = imported.Layers.Count(layer => layer.OnMacro);
            return $"{(onMacro == 0 ? "loads" : $"loads, {onMacro} of {imported.Layers.Count} layers on the macro")} | "
                + Deviation(path, imported.Network, before);
        }
        catch (ModelException refused)
        {
            return $"refused: {ReasonOf(refused)} | ";
        }
    }

    private static string Deviation(string path, Network network, string? before)
    {
        double measured;
        try
        {
            measured = Measure(path, network);
        }
        catch (ModelException)
        {
            return "OnnxRuntime does not run it";
        }
        if (before is not null && Bound().Match(before) is { Success: true } match
            && measured <= Math.Pow(10, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))) return match.Value;
        return $"at most 1e{(measured == 0 ? LeastExponent : Math.Max(LeastExponent, (int)Math.Ceiling(Math.Log10(3 * measured))))}";
    }

    /// <summary>Returns the largest difference of a logit, relative to the largest logit.</summary>
    private static double Measure(string path, Network network)
    {
        var model = OnnxFile.Load(path);
        using var reference = new FloatReference(model, threads: 2, graphOptimizations: false);
        var runner = new NetworkRunner(new(network, MacroPresets.Get(MacroPresets.Ideal)), new(1, 1));
        var inputs = IdentityInputs.Random(Inputs, seed: 1).For(model);
        double difference = 0, largest = 0;
        var logits = new float[network.Classes];
        for (int i = 0; i < Inputs; i++)
        {
            float[] input = inputs.Of(network, i), found = runner.Observe(input, null, null);
            reference.Run(input, 1, logits);
            for (int k = 0; k < logits.Length; k++)
            {
                if (!logits[k].Equals(found[k])) difference = Math.Max(difference, Math.Abs((double)logits[k] - found[k]));
                largest = Math.Max(largest, Math.Abs(logits[k]));
            }
        }
        return difference == 0 ? 0 : difference / largest;
    }

    private static string Reasons(IEnumerable<string> reasons)
    {
        string[] kinds = [.. reasons.GroupBy(reason => reason).OrderByDescending(kind => kind.Count()).ThenBy(kind => kind.Key)
            .Select(kind => kind.Key)];
        return string.Join("; ", kinds.Take(MostReasons)) + (kinds.Length > MostReasons ? "; others" : "");
    }

    /// <summary>Returns the first problem, without what would be allowed.</summary>
    private static string ReasonOf(ModelException refused)
    {
        string what = (refused.Problem ?? (refused.InnerException as ModelException)?.Problem)?.What ?? refused.Message;
        what = what.Split(';')[0].Split(". ")[0].TrimEnd('.').Replace('|', '/');
        return what.Length <= MostReasonLength ? what : what[..MostReasonLength] + "...";
    }

    [GeneratedRegex(" '[^']*'")]
    private static partial Regex QuotedName();

    [GeneratedRegex(@"at most 1e(-?\d+)")]
    private static partial Regex Bound();
}
