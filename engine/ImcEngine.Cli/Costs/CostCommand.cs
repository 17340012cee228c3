using System.CommandLine;
using ImcEngine.Cli.Reports;
using ImcEngine.Evaluation;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Costs;

/// <summary><c>imc cost</c>: prints what a network on a macro takes for one image: exact counts, then energy, time and area by
/// models.</summary>
internal static class CostCommand
{
    private const int UsualImages = 8;

    public static Command Create()
    {
        var model = new Argument<string?>("MODEL")
        {
            Description = "ONNX file; a float network is planned as 'inspect' does, or with --data quantized first as 'compare' does",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var shipped = new Option<bool>("--shipped")
        {
            Description = "In place of a network: a table of the networks that ship on every preset, with bounds of driven products",
        };
        var threads = Choices.Threads();
        var json = new TextFileOption("--json", "Write the cost as JSON");
        var command = new Command("cost",
            "Print what a network takes for an image: conversions and other counts, energy, time and area by published models")
        { model, shipped, threads, json };
        var data = DataOptions.AddTo(command, UsualImages);
        var network = NetworkOptions.AddTo(command);
        var preprocessing = PreprocessingOptions.AddTo(command, "the model's");
        var run = RunOptions.AddTo(command);
        var calibration = CalibrationOptions.AddImagesTo(command);
        var page = ReportOptions.AddTo(command);
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var report = Report.ForConsole(parse);
            page.Prepare(parse);
            if (parse.GetValue(model) is not null == parse.GetValue(shipped))
                throw new ImcException(parse.GetValue(shipped) ? "--shipped takes the networks that ship; leave out MODEL, or --shipped."
                    : "Name the network: MODEL, or --shipped.");
            if (parse.GetValue(shipped))
            {
                if (run.IsGiven(parse) || data.Given(parse) is not null)
                    throw new ImcException("--shipped takes every preset, without images; leave out --macro, --run, --set and --data.");
                var table = new ShippedCosts(network => network.Find());
                json.WriteBefore(() => page.WriteBefore(() => table.Write(report), parse,
                    () => CostPage.OfShipped(ReportTranscript.Of(table.Write), table.ToJson())), parse,
                    () => JsonOutput.Text(table.ToJson()));
                return ImcProgram.Success;
            }
            var spec = calibration.Applied(parse, run.Resolve(parse));
            string file = parse.GetValue(model)!;
            var costed = data.Given(parse) is null ? Bound(file, network.Choose(parse, report), spec) : await MeasureAsync();
            var text = new CostReport(costed);
            json.WriteBefore(() => page.WriteBefore(() => text.Write(report), parse,
                () => CostPage.Create(costed, ReportTranscript.Of(text.Write), CostJson.Document(costed))), parse,
                () => JsonOutput.Text(CostJson.Document(costed)));
            return ImcProgram.Success;

            async Task<CostedNetwork> MeasureAsync()
            {
                var (source, choice, loaded, used, images) =
                    LoadedNetwork.Load(parse, file, spec, UsualImages, data, network, preprocessing, report);
                int threadsOf = parse.GetValue(threads) ?? Environment.ProcessorCount;
                var preparation = new Preparation(file, loaded, images, threadsOf, report, new(null));
                var plan = preparation.Plan([spec], frozen: null);
                await images.CheckAsync(threadsOf, preparation.ModelIsFloat, report, cancellation);
                var imported = await preparation.ImportAsync(plan, spec, cancellation);
                foreach (string note in source.Notes) report.Line(note);
                PreprocessingReport.Write(report, used);
                var cost = await preparation.CostAsync(new(imported.Network, spec), spec, cancellation, images.Evaluated.Count);
                return new(imported.Network.Name, JsonOutput.OfModel(file, choice), spec, !preparation.ModelIsFloat, cost,
                    $"{images.Evaluated.Count} images of {images.Name}");
            }
        });
        return command;
    }

    /// <summary>Returns the cost without running images.</summary>
    /// <exception cref="ImcException">The file cannot be read, or the network does not fit the macro.</exception>
    public static CostedNetwork Bound(string file, Importer.Lowering.NetworkChoice choice, RunSpec spec)
    {
        var network = UserFiles.Model(file, choice);
        var imported = UserFiles.Network(file, network, spec);
        bool isQuantized = imported.Network.MacroLayers.Count > 0;
        if (isQuantized) IdleSettings.RequireNone(file, spec, imported.Layers);
        var mapping = MappingReport.Create(imported.Network, spec);
        if (UserFiles.IsFloat(file, network)) mapping = Inspection.Planned(mapping, UserFiles.Outline(file, network, spec), spec);
        return new(imported.Network.Name, JsonOutput.OfModel(file, choice), spec, isQuantized, NetworkCosts.Bound(mapping, spec), null);
    }
}
