using System.Globalization;
using System.Text.Json.Nodes;

namespace ImcEngine.Perf.Answers;

/// <summary>Runs commands with a cold and a warm cache, round by round. In a round, the builds run in turn.</summary>
/// <param name="data">The path of the images.</param>
/// <param name="threads">What is passed on as <c>--threads</c>; null for nothing.</param>
/// <param name="folder">A folder for caches and results.</param>
internal sealed class AnswersBench(string data, int? threads, string folder)
{
    private int _folders;

    /// <param name="builds">At least one.</param>
    /// <returns>For every command, the rounds of every build.</returns>
    public IReadOnlyList<AnswerRounds>[] Measure(IReadOnlyList<AskedCommand> commands, IReadOnlyList<ImcBuild> builds, int rounds)
    {
        var measured = commands.Select(_ => builds.Select(_ => new AnswerRounds([], [])).ToArray()).ToArray();
        string study = WriteStudy();
        for (int round = 1; round <= rounds; round++)
            for (int i = 0; i < commands.Count; i++)
                for (int build = 0; build < builds.Count; build++)
                    measured[i][build] = With(measured[i][build], commands[i], builds[build], study, round);
        return measured;
    }

    private AnswerRounds With(AnswerRounds before, AskedCommand command, ImcBuild build, string study, int round)
    {
        string cache = NewFolder();
        var cold = Run(command, build, study, cache);
        var warm = Run(command, build, study, cache);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"round {round}, {command.Line}: cold {cold.Seconds:F1} s, warm {warm.Seconds:F1} s"));
        return new([.. before.Cold, cold], [.. before.Warm, warm]);
    }

    private AnswerRun Run(AskedCommand command, ImcBuild build, string study, string cache)
    {
        // A study continues in a folder that holds its points, so every run has a folder of its own.
        string results = NewFolder(), json = Path.Combine(results, "result.json");
        var arguments = command.Arguments.Select(argument => argument switch
        {
            AskedCommand.Data => data,
            AskedCommand.Study => study,
            _ => argument,
        });
        string[] output = command.IsStudy ? ["--out", results] : ["--json", json];
        string[] passed = threads is { } count ? ["--threads", count.ToString(CultureInfo.InvariantCulture)] : [];
        double seconds = build.Run([.. arguments, .. passed, .. output], cache);
        return new(seconds, command.IsStudy ? EmulationTime.OfStudy(File.ReadAllText(Path.Combine(results, "timings.json")))
            : EmulationTime.OfComparison(File.ReadAllText(json)));
    }

    private string WriteStudy()
    {
        string file = Path.Combine(folder, "rows-bits.json");
        File.WriteAllText(file, new JsonObject
        {
            ["name"] = "rows-bits",
            ["model"] = Path.GetFullPath(AskedCommand.Network),
            ["data"] = data,
            ["run"] = new JsonObject { ["macro"] = "default" },
            ["grid"] = new JsonArray(new JsonObject { ["macro.rows"] = new JsonArray(64, 128, 256) },
                new JsonObject { ["macro.adc.bits"] = new JsonArray(3, 4, 5, 6) }),
        }.ToJsonString());
        return file;
    }

    private string NewFolder() =>
        Directory.CreateDirectory(Path.Combine(folder, (++_folders).ToString(CultureInfo.InvariantCulture))).FullName;
}
