using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Studies;

/// <summary>What a study's results depend on besides the run specification.</summary>
/// <param name="ModelSha256">Of the file.</param>
/// <param name="FloatSha256">Of the file.</param>
/// <param name="DataSha256">Of all images of the source.</param>
/// <param name="Images">How many are evaluated; null for all.</param>
/// <param name="Die">Which die.</param>
/// <param name="Seed">Of temporal noise.</param>
internal sealed record StudyInputs(string ModelSha256, string FloatSha256, string DataSha256, int? Images, uint Die = 0, uint Seed = 1);

/// <summary>Names a result by everything that decides it: SHA-256, lower-case hex, over one JSON text.</summary>
internal static class StudyKey
{
    /// <param name="inputs">Network and images.</param>
    /// <param name="run">As <see cref="StudyPoint.Run"/>.</param>
    /// <param name="calibrationDataSha256">Where <c>calibration.data</c> names images of its own.</param>
    /// <param name="folder">That tables and noise profiles in <paramref name="run"/> are relative to:
    /// their contents decide, not their names alone.</param>
    /// <exception cref="ImcException">A file that the specification names cannot be read.</exception>
    public static string Compute(StudyInputs inputs, RunSpec run, string? calibrationDataSha256, string folder)
    {
        var files = new JsonObject();
        foreach (string file in FilesOf(run).Distinct().Order(StringComparer.Ordinal))
            files[file] = PresetTables.IsName(file) ? Sha256(PresetTables.Read(file)) : FileHash.Sha256(Path.Combine(folder, file));
        return Sha256(RunSpecJson.Text(new()
        {
            ["numericsVersion"] = ImcVersion.Numerics, ["model"] = inputs.ModelSha256, ["float"] = inputs.FloatSha256,
            ["data"] = inputs.DataSha256, ["images"] = inputs.Images, ["die"] = inputs.Die, ["seed"] = inputs.Seed,
            ["calibrationData"] = calibrationDataSha256, ["files"] = files, ["run"] = RunSpecJson.ToNode(run),
        }));
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Tables and noise profiles that a specification names.</summary>
    public static IEnumerable<string> FilesOf(RunSpec run) =>
        run.Layers.Select(layer => layer.Adc).Prepend(run.Macro.Adc).SelectMany(adc => new[] { adc?.Table, adc?.SecondTable })
            .Append(run.Macro.Die.NoiseProfile).OfType<string>();
}
