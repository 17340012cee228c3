using System.CommandLine;
using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary><c>imc adc</c>: a macro's ideal ADC, and what becomes of every partial sum of a full row group.</summary>
internal static class AdcCommand
{
    public static Command Create()
    {
        var product = Choices.Word("--product", "What the cells form (default: what the macro's cell can)", [.. Enum.GetValues<CellProduct>().Select(each => (SpecWords.Of(each), each))]);
        var linear = new Option<bool>("--linear") { Description = "The ADC of a linear layer (D21's converters differ there)" };
        var csv = new Option<bool>("--csv") { Description = "One comma-separated table, a line a partial sum" };
        var command = new Command("adc", "Print an ADC's edges, ties, levels, and the code of every partial sum") { product, linear, csv };
        var run = RunOptions.AddTo(command);
        command.SetAction(parse =>
        {
            var macro = run.Resolve(parse).Macro;
            var listing = AdcListing.Of(macro, ProductOf(macro, parse.GetValue(product)), parse.GetValue(linear));
            listing.Write(Report.Of(parse), parse.GetValue(csv));
        });
        return command;
    }

    private static CellProduct ProductOf(MacroSpec macro, CellProduct? asked)
    {
        var product = asked ?? (macro.Cell == CellKind.Xnor ? CellProduct.Xnor : CellProduct.And);
        return macro.Forms(product) ? product
            : throw new ImcException($"--product is {SpecWords.Of(product)}; the cells of macro '{macro.Name}' (macro.cell '{SpecWords.Of(macro.Cell)}') do not form it. Leave --product out or set macro.cell=any.");
    }
}
