using ImcEngine.Importer.Comparisons;
namespace ImcEngine.Cli;

/// <summary>How tables name the settings of a comparison:
/// by their labels, or by numbers under a legend where labels would make lines too long.</summary>
internal sealed class SettingNames
{
    /// <summary>The most characters of a label in a row, of a label that "mean of 20 dies" follows,
    /// and of all labels side by side as column titles.</summary>
    private const int MostInRow = 40, MostBeforeMean = 38, MostInTitles = 110;

    private readonly IReadOnlyList<string> _labels;
    private readonly bool _hasLegend;

    /// <param name="labels">In the order of the settings.</param>
    /// <param name="areSeries">Whether there are several dies or repeats:
    /// their mean has a row, and a table has a column for each setting.</param>
    public SettingNames(IReadOnlyList<string> labels, bool areSeries)
    {
        _labels = labels;
        _hasLegend = labels.Any(label => label.Length > (areSeries ? MostBeforeMean : MostInRow))
            || (areSeries && labels.Sum(label => label.Length + 2) > MostInTitles);
    }

    public string this[int setting] => _hasLegend ? $"setting {setting + 1}" : _labels[setting];

    /// <summary>Returns the names of a comparison's settings.</summary>
    public static SettingNames Create(ComparisonResults results) =>
        new([.. results.Points.Select(point => ComparisonReport.LabelOf(results, point))], results.DieChoice.IsSeveral);

    public void WriteLegend(Report report)
    {
        if (!_hasLegend) return;
        for (int i = 0; i < _labels.Count; i++) report.Line($"Setting {i + 1}: {_labels[i]}");
        report.Line();
    }
}
