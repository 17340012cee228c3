using System.CommandLine;
using ImcEngine.BitPlanes;
using ImcEngine.Cli.Reports;
using ImcEngine.Importer;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary><c>imc adc</c>: prints a macro's ideal ADC and the code of every partial sum of a row group, or the ADCs of a die.</summary>
internal static class AdcCommand
{
    public static Command Create()
    {
        var product = Choices.Word("--product", "The product that a cell forms (default: xnor where macro.cell is xnor, else and)",
            [.. Enum.GetValues<CellProduct>().Select(each => (SpecWords.WordFor(each), each))]);
        var linear = new Option<bool>("--linear") { Description = "Print the ADC of a linear layer (the d21 kinds differ there)" };
        var csv = new Option<bool>("--csv")
        {
            Description = "Print one comma-separated table: a line for each partial sum, or with --die for each edge",
        };
        var die = Choices.Seed("--die", "Print the ADCs of this die: edges, INL and DNL");
        var model = new Option<string?>("--model")
        {
            Description = "With --die: the network of --layer, of which all columns are printed",
            HelpName = "M.onnx",
        };
        var layer = new Option<string?>("--layer")
        {
            Description = "With --die: a layer's name; without --model, its number among the layers on the macro (default: 0)",
            HelpName = "NAME",
        };
        var array = Choices.WholeNumber("--array", "With --die: print only this array of the layer");
        var column = Choices.WholeNumber("--column", "With --die: print only this column of the array");
        var calibrationFile = new Option<string?>("--calibration-file")
        {
            Description = "With --model: ADC ranges written by 'imc calibrate'",
            HelpName = "CAL.json",
        };
        var command = new Command("adc", "Print the edges, ties and levels of an ADC and the code of every partial sum; "
            + "with --die, INL and DNL of the ADCs of a die") { product, linear, csv, die, model, layer, array, column, calibrationFile };
        var network = NetworkOptions.AddTo(command);
        var run = RunOptions.AddTo(command);
        var page = ReportOptions.AddTo(command);
        command.SetAction(parse =>
        {
            var (spec, report) = (run.Resolve(parse), Report.ForConsole(parse));
            page.Prepare(parse);
            if (parse.GetValue(die) is { } seed)
            {
                var choice = new DieAdcChoice(seed, parse.GetValue(model), network.Choose(parse, report), parse.GetValue(layer),
                    parse.GetValue(array),
                    parse.GetValue(column), parse.GetValue(calibrationFile));
                var ofDie = UserFiles.Tables(spec, () =>
                    choice.Model is null ? DieAdcListing.OfMacro(spec.Macro, ProductOf(spec.Macro, parse.GetValue(product)),
                        parse.GetValue(linear), choice) : DieAdcListing.OfLayer(spec, choice));
                page.WriteBefore(() =>
                {
                    if (parse.GetValue(csv)) ofDie.WriteCsv(report);
                    else ofDie.Write(report);
                }, parse, () => AdcPage.Create(ofDie, spec));
                return;
            }
            RefuseWithoutDie(parse, "chooses", [model, layer, array, column, calibrationFile]);
            RefuseWithoutDie(parse, "shows", [.. page.Options]);
            UserFiles.Tables(spec,
                () => AdcListing.Create(spec.Macro, ProductOf(spec.Macro, parse.GetValue(product)), parse.GetValue(linear)))
                .Write(report, parse.GetValue(csv));
        });
        return command;
    }

    private static void RefuseWithoutDie(ParseResult parse, string verb, params Option[] options)
    {
        if (options.FirstOrDefault(option => parse.GetResult(option) is { Implicit: false }) is { } given)
            throw new ImcException($"{given.Name} {verb} ADCs of a die; name the die with --die, or leave {given.Name} out.");
    }

    private static CellProduct ProductOf(MacroSpec macro, CellProduct? asked)
    {
        var product = asked ?? (macro.Cell == CellKind.Xnor ? CellProduct.Xnor : CellProduct.And);
        return macro.Forms(product) ? product
            : throw new ImcException($"--product is {SpecWords.WordFor(product)}; the cells of macro '{macro.Name}' (macro.cell "
                + $"'{SpecWords.WordFor(macro.Cell)}') do not form it. Leave --product out or set macro.cell=any.");
    }
}
