using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace ImcEngine.Perf;

/// <summary>States the work of one call of a benchmark, so that its speed can be shown.</summary>
/// <param name="count">Products of one input bit with one weight bit.</param>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BinaryMacsAttribute(long count) : Attribute
{
    public long Count => count;
}

/// <summary>A parameter that decides the work of one call.</summary>
internal interface IBinaryMacs
{
    /// <summary>Products of one input bit with one weight bit.</summary>
    long BinaryMacs { get; }
}

/// <summary>The column of 10^9 binary multiply-accumulates per second:
/// products of one input bit with one weight bit, zeros included.</summary>
internal sealed class BinaryMacRateColumn : IColumn
{
    public string Id => nameof(BinaryMacRateColumn);
    public string ColumnName => "G bMAC/s";
    public string Legend => "10^9 products of one input bit with one weight bit per second";
    public bool AlwaysShow => true;
    public ColumnCategory Category => ColumnCategory.Metric;
    public int PriorityInCategory => 0;
    public bool IsNumeric => true;
    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        long? count =
            ((BinaryMacsAttribute?)Attribute.GetCustomAttribute(benchmarkCase.Descriptor.WorkloadMethod,
                typeof(BinaryMacsAttribute)))?.Count
            ?? benchmarkCase.Parameters.Items.Select(item => item.Value).OfType<IBinaryMacs>().FirstOrDefault()?.BinaryMacs;
        double? nanoseconds = summary[benchmarkCase]?.ResultStatistics?.Mean;
        return (count / nanoseconds)?.ToString("F0", CultureInfo.InvariantCulture) ?? "-";
    }
}
