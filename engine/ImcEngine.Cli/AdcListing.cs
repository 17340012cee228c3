using System.Globalization;
using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cli;

/// <summary>What <c>imc adc</c> prints: a list of edges and levels, or a measured table.</summary>
internal abstract class AdcListing
{
    /// <exception cref="ImcException">The ADC's range is only known once images have calibrated it,
    /// or its table cannot be read.</exception>
    public static AdcListing Create(MacroSpec macro, CellProduct product, bool isLinear)
    {
        var operands = new DigitOperands(macro, product);
        int[] sums = PartialSums.Producible([macro.Rows], operands.Products);
        string what = $"ADC of macro '{macro.Name}': kind {SpecWords.WordFor(macro.Adc.Kind)}; {macro.Rows} rows of "
            + $"{operands}: partial sums {sums[0]} to {sums[^1]} in steps of {sums[1] - sums[0]}";
        if (macro.Adc.Kind == AdcKind.Table) return new TableListing(
            what, MeasuredTable.Read(macro.Adc.Table!, macro.Adc.LevelsCounts),
            macro.Adc.SecondTable is { } second ? MeasuredTable.Read(second) : null, macro.Adc.BeyondTable, sums);
        if (LayerAdcs.NeedsCalibration(macro.Adc))
            throw new SpecException("macro.adc.range", "\"calibrated\"",
                "a calibrated range is found for each layer on images ('imc calibrate' writes it); "
                    + "to print an ADC with a given range, use --set macro.adc.range=[low,high] or full");
        var transfer = AdcFactory.Create(macro.Adc, macro.Rows, operands.Products, isLinear);
        if (macro.Adc.Gain == AdcGain.DrivenRows)
            what += FormattableString.Invariant($"; a row group of n rows has n / {macro.Rows} of the edges, levels and LSB below");
        return new EdgeListing(what, transfer.Ties, AdcReport.Create(transfer, sums), ErrorScale.Of(macro, transfer, operands.Products));
    }

    public abstract void Write(Report report, bool asCsv);

    private static string Text(double? number) => number is { } n ? $"{n}" : "";

    private sealed class EdgeListing(string what, TieRule ties, AdcReport adc, IReadOnlyList<ErrorScale> scales) : AdcListing
    {
        /// <summary>Digits have tens of thousands of partial sums: beyond this number, only --csv lists them all.</summary>
        private const int MostSums = 1100;

        public override void Write(Report report, bool asCsv)
        {
            if (asCsv) report.WriteCsv(JoinedTable());
            else WriteTables(report);
        }

        private void WriteTables(Report report)
        {
            report.Line(what + ".");
            if (adc.Codes.Count == 0)
            {
                report.Line("Every partial sum passes exactly; there are no edges and no codes.");
                WriteScales(report);
                return;
            }
            report.Line($"{adc.Codes.Count} codes, {adc.Codes.Count(code => !code.Reachable)} of them unreachable; LSB {adc.LsbCounts} "
                + $"counts; ties {SpecWords.WordFor(ties)}; {(adc.IsTransparent ? "transparent" : "not transparent")}.");
            WriteScales(report);
            report.Line();
            report.Write(CodeTable());
            report.Line();
            if (adc.Sums.Count <= MostSums) report.Write(SumTable());
            else report.Line($"--csv lists the codes of all {adc.Sums.Count} partial sums.");
        }

        private void WriteScales(Report report)
        {
            report.Line();
            report.Write(ScaleTable.Of([scales]));
        }

        private TextTable CodeTable()
        {
            var table = new TextTable(TextTable.Number("code"), TextTable.Number("edge below, counts"),
                TextTable.Number("edge above, counts"),
                TextTable.Text("on edge above"), TextTable.Number("level, counts"), TextTable.Text("reachable"));
            foreach (var code in adc.Codes)
                table.Add($"{code.Code}", Text(code.EdgeBelowCounts), Text(code.EdgeAboveCounts), TieText(code), $"{code.LevelCounts}",
                    code.Reachable ? "yes" : "no");
            return table;
        }

        private TextTable SumTable()
        {
            var table = new TextTable(TextTable.Number("partial sum"), TextTable.Number("code"), TextTable.Number("level, counts"),
                TextTable.Number("error, counts"));
            foreach (var sum in adc.Sums) table.Add($"{sum.PartialSum}", $"{sum.Code}", $"{sum.LevelCounts}", $"{sum.ErrorCounts:G10}");
            return table;
        }

        /// <summary>Returns one table for programs: the codes in order, with a line for each partial sum that gives the code.
        /// A code that no sum gives has one line without a sum.</summary>
        private TextTable JoinedTable()
        {
            var table =
                new TextTable(
                    [
                        .. new[] { "partialSum", "code", "levelCounts", "errorCounts", "edgeBelowCounts", "edgeAboveCounts",
                            "onEdgeAbove" }.Select(TextTable.Number)]);
            if (adc.Codes.Count == 0)
                foreach (var sum in adc.Sums) table.Add($"{sum.PartialSum}", "", $"{sum.LevelCounts}", $"{sum.ErrorCounts}", "", "", "");
            var sumsOfCode = adc.Sums.ToLookup(sum => sum.Code);
            foreach (var code in adc.Codes)
            {
                string[] rest = [Text(code.EdgeBelowCounts), Text(code.EdgeAboveCounts), TieText(code)];
                foreach (var sum in sumsOfCode[code.Code])
                    table.Add([$"{sum.PartialSum}", $"{code.Code}", $"{code.LevelCounts}", $"{sum.ErrorCounts}", .. rest]);
                if (!code.Reachable) table.Add(["", $"{code.Code}", $"{code.LevelCounts}", "", .. rest]);
            }
            return table;
        }

        private static string TieText(AdcReportRow code) => code.TieAboveGoesUp switch
        {
            true => "up",
            false => "down",
            null => "",
        };
    }

    private sealed class TableListing(string what, MeasuredTable measured, MeasuredTable? second, BeyondTable beyondTable, int[] sums)
        : AdcListing
    {
        /// <summary>The partial sums that are listed: all if the table clamps, else those within the table.</summary>
        private readonly int[] _converted = [.. sums.Where(s => beyondTable == BeyondTable.Clamp || !measured.IsBeyond(s))];

        public override void Write(Report report, bool asCsv)
        {
            if (asCsv) report.WriteCsv(ProbabilityTable());
            else WriteTables(report);
        }

        private void WriteTables(Report report)
        {
            report.Line(what + ".");
            WriteFindings(report, "Measured", measured);
            if (sums.Where(measured.IsBeyond).ToArray() is { Length: > 0 } beyond)
                report.Line($"Beyond the table: {TableFindings.Ranges(beyond)}; "
                    + (beyondTable == BeyondTable.Clamp ? "they are clamped to its end lines (adc.beyondTable is clamp)."
                        : "a layer that makes such partial sums is refused (adc.beyondTable is error)."));
            if (second is not null) WriteFindings(report, "Second stage, on sums in codes", second);
            report.Line();
            report.Write(MeanTable());
        }

        private static void WriteFindings(Report report, string title, MeasuredTable table)
        {
            var findings = MeasuredTableReport.Create(table);
            report.Line(string.Create(CultureInfo.InvariantCulture,
                $"{title}, '{table.Source}': {table.Codes} codes, partial sums {table.LeastSum} to {table.MostSum}; "
                    + $"every line adds up to 1 within {table.LargestSumError:G2}."));
            if (findings.InterpolatedSums.Count > 0)
                report.Line($"Interpolated, because they have no line: {TableFindings.Ranges(findings.InterpolatedSums)}.");
            report.Line(findings.LooksSound ? "No sign of a faulty chip." : "Check these findings before use:");
            foreach (string finding in TableFindings.InWords(findings)) report.Line($"  {finding}");
        }

        private TextTable MeanTable()
        {
            var table = new TextTable(TextTable.Number("partial sum"), TextTable.Number("likeliest code"),
                TextTable.Number("its level, counts"),
                TextTable.Number("its probability"), TextTable.Number("mean level, counts"));
            foreach (int s in _converted)
            {
                double[] probabilities = [.. Enumerable.Range(0, measured.Codes).Select(code => measured.Probability(s, code))];
                int likeliest = Array.IndexOf(probabilities, probabilities.Max());
                double mean = probabilities.Zip(measured.LevelCounts, (probability, level) => probability * level).Sum();
                table.Add($"{s}", $"{likeliest}", $"{measured.LevelCounts[likeliest]}", $"{probabilities[likeliest]:F4}", $"{mean:F3}");
            }
            return table;
        }

        private TextTable ProbabilityTable()
        {
            var table = new TextTable([.. new[] { "partialSum", "code", "levelCounts", "probability" }.Select(TextTable.Number)]);
            foreach (int s in _converted)
                for (int code = 0; code < measured.Codes; code++)
                    table.Add($"{s}", $"{code}", $"{measured.LevelCounts[code]}", $"{measured.Probability(s, code):R}");
            return table;
        }
    }
}
