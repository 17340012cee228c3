namespace ImcEngine.Perf.Weights;

/// <param name="Data">Test images; null if nothing is measured.</param>
/// <param name="CalibrationData">Training images, given if <paramref name="Data"/> is.</param>
/// <param name="Networks">Precisions; null for all that ship.</param>
/// <param name="Images">The number of images to evaluate; null for all.</param>
internal sealed record WeightsOptions(string? Data, string? CalibrationData, string[]? Networks, int? Images, int Threads)
{
    private const string Command = "weights";

    private const string Allowed = "--data TEST --calibration-data TRAIN, and with them --networks NAME,..., --images N, --threads N";

    /// <exception cref="ImcException">An option is not known, lacks its argument, or needs another option that is missing.</exception>
    public static WeightsOptions Parse(string[] args)
    {
        var options = new WeightsOptions(null, null, null, null, Environment.ProcessorCount);
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out string? option))
            options = option switch
            {
                "--data" when rest.TryDequeue(out string? given) => options with { Data = given },
                "--calibration-data" when rest.TryDequeue(out string? given) => options with { CalibrationData = given },
                "--networks" when rest.TryDequeue(out string? given) => options with { Networks = given.Split(',') },
                "--images" when rest.TryDequeue(out string? given) => options with { Images = Positive(option, given) },
                "--threads" when rest.TryDequeue(out string? given) => options with { Threads = Positive(option, given) },
                _ => throw new ImcException($"{Command}: found '{option}'; allowed are {Allowed}."),
            };
        if (args.Length > 0 && (options.Data is null || options.CalibrationData is null))
            throw new ImcException($"{Command}: {(options.Data is null ? "--data" : "--calibration-data")} is missing; "
                + $"measuring takes {Allowed}. Give none of them to write the table of what was measured before.");
        return options;
    }

    private static int Positive(string option, string given) => OptionNumber.Positive(Command, option, given);
}
