using System.Text.Json;
using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using Xunit.Abstractions;

namespace ImcEngine.Tests.Macro;

/// <summary>Every ADC of the conformance cases, made by the factory from a bound and a level count found in the case's levels.</summary>
public class ConformanceAdcTests(ITestOutputHelper output)
{
    private sealed record Case(string Id, string Source, bool IsLinear, int Rows, CellProduct Product, int[] Thresholds, double[] Levels);

    [NeedsSharedFact("conformance")]
    public void All_conformance_converters_come_out_of_the_factory()
    {
        string folder = NeedsSharedFactAttribute.Find("conformance")!;
        var cases = Directory.GetFiles(folder, "case.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(Read).ToList();
        Assert.Equal(53, cases.Count);
        foreach (var each in cases) Check(each);
        output.WriteLine($"{cases.Count} converters agree.");
    }

    private static void Check(Case expected)
    {
        var spec = SpecOf(expected);
        var transfer = AdcFactory.Create(spec, expected.Rows, expected.Product, expected.IsLinear);
        for (int s = -expected.Rows; s <= expected.Rows; s++)
        {
            if (s < 0 && !expected.Product.IsSigned()) continue;
            double level = expected.Levels[expected.Thresholds.Count(threshold => threshold <= s)];
            double got = transfer.PassesSums ? s : transfer.LevelCounts[transfer.Thresholds.Count(threshold => threshold <= s)];
            Assert.True(level == got,
                $"{expected.Id}: s = {s} is {level} in the case, {got} by {spec.Kind} bound {spec.BoundCounts} levels {spec.LevelCount}.");
        }
        if (transfer.PassesSums) return;

        // A case lists each of two equal levels once, without the edge between them.
        int doubled = spec.Kind == AdcKind.D21Cifar ? 1 : 0;
        Assert.Equal(expected.Levels, transfer.LevelCounts[doubled..]);
        Assert.Equal(expected.Thresholds, transfer.Thresholds[doubled..]);
    }

    private static AdcSpec SpecOf(Case c)
    {
        if (c.Source.StartsWith("ImageNet_ResNet18_4", StringComparison.Ordinal)) return new() { Kind = AdcKind.None };
        if (c.Source.StartsWith("ImageNet_ResNet18_2", StringComparison.Ordinal)) return ImageNetSpecOf(c);

        // D21's 4-bit linear layers truncate levels to two decimals, its 4-bit convolutions do not.
        int? decimals = c.Source.StartsWith("CIFAR-10_ResNet18_1", StringComparison.Ordinal) ? 0
            : c.Source.Contains("4-bit", StringComparison.Ordinal) && !c.IsLinear ? null : 2;
        return new() { Kind = AdcKind.D21Cifar, BoundCounts = c.Levels[^1], LevelCount = c.Levels.Length, EdgeDecimals = decimals };
    }

    /// <summary>n levels come out as n (odd n), n + 1 or n - 1;
    /// the bound is whichever of the published ones gives this case's levels.</summary>
    private static AdcSpec ImageNetSpecOf(Case c)
    {
        foreach (int n in new[] { c.Levels.Length, c.Levels.Length - 1, c.Levels.Length + 1 })
            foreach (double bound in new[] { 30.0, 45, 60, 62, 64, 90, 128, 256 })
            {
                var spec = new AdcSpec { Kind = AdcKind.D21ImageNet, BoundCounts = bound, LevelCount = n };
                if (AdcFactory.Create(spec, c.Rows, c.Product).LevelCounts.AsSpan().SequenceEqual(c.Levels)) return spec;
            }
        throw new InvalidOperationException($"{c.Id}: no bound and level count make levels {string.Join(", ", c.Levels)}.");
    }

    private static Case Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        var root = document.RootElement;
        OperandEncoding EncodingOf(string operand) => OperandFormat.Parse(
            $"{root.GetProperty(operand).GetProperty("encoding")
                .GetString()}:{Math.Max(2, root.GetProperty(operand).GetProperty("bits").GetInt32())}").Encoding;
        var adc = root.GetProperty("adc");
        return new(
            root.GetProperty("id").GetString()!, root.GetProperty("source").GetString()!,
            root.GetProperty("operator").GetString() == "linear",
            root.GetProperty("rows").GetInt32(), CellProducts.ForEncodings(EncodingOf("input"), EncodingOf("weight")),
            [.. adc.GetProperty("thresholds").EnumerateArray().Select(e => e.GetInt32())],
            [.. adc.GetProperty("levels").EnumerateArray().Select(e => e.GetDouble() + 0.0)]);
    }
}
