using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Studies;

/// <summary>What the results of a study depend on apart from the run specification.</summary>
/// <param name="ModelSha256">The SHA-256 of the model file, and what the study chooses of it.</param>
/// <param name="FloatSha256">The SHA-256 of the float network's file.</param>
/// <param name="DataSha256">The SHA-256 of all images of the data source.</param>
/// <param name="Images">The number of evaluated images; null for all.</param>
/// <param name="Die">The seed that names the die.</param>
/// <param name="Seed">The seed of temporal noise.</param>
internal sealed record StudyInputs(string ModelSha256, string FloatSha256, string DataSha256, int? Images, uint Die = 0, uint Seed = 1);

/// <summary>Identifies a result by everything that decides it: the SHA-256, in lower-case hex, of one JSON text.</summary>
internal static class StudyKey
{
    /// <summary>Returns the key of a result.</summary>
    /// <param name="inputs">The network, the images and the seeds.</param>
    /// <param name="run">The run specification, as in <see cref="StudyPoint.Run"/>.</param>
    /// <param name="calibrationDataSha256">The SHA-256 of the images that <c>calibration.data</c> names; null if it names none.</param>
    /// <param name="folder">The folder that tables and noise profiles in <paramref name="run"/> are relative to; their names and their
    /// contents go into the key.</param>
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
            ["calibrationData"] = calibrationDataSha256, ["files"] = files,
            // What is written about a macro's source decides no result.
            ["run"] = RunSpecJson.ToNode(run.WithMacros(macro => macro with { Source = null })),
        }));
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Returns the tables and noise profiles that a specification names.</summary>
    public static IEnumerable<string> FilesOf(RunSpec run) =>
        run.Macros.SelectMany(macro => new[] { macro.Adc.Table, macro.Adc.SecondTable, macro.Die.NoiseProfile }).OfType<string>();
}
