using ImcEngine.Cli.Studies;
using ImcEngine.Evaluation.Optimization;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Optimization;

/// <summary>An optimization with its network and images loaded, and with images and dies divided into those that choose and those that
/// confirm.</summary>
internal sealed class OptimizationPlan
{
    private readonly List<Setting> _settings;

    private OptimizationPlan(OptimizationSpec spec, StudyPlan study, int threads, Report report, KeptResults kept)
    {
        (Spec, Study, Threads) = (spec, study, threads);
        Subject = new(study, study.Points[0].Point.Run, threads, report, kept);
        _settings = [.. study.Points.DistinctBy(point => point.Key)
            .Select((point, number) => new Setting(number, point.Point.Assignments, point.Point.Run))];
        var images = Subject.Images;
        if (images.Count < 2) throw new ImcException("An optimization needs at least two images: some choose, the others confirm.");
        Split = ImageSplit.Of([.. Enumerable.Range(0, images.Count).Select(images.RecordIndex)], spec.ChoosingShare);
    }

    /// <inheritdoc cref="StudyPlan.ReadAsync(ImcEngine.Evaluation.Studies.StudySpec, string, string, int, IRunReport, CancellationToken)"/>
    /// <param name="chosen">What counts in place of what the file says.</param>
    public static async Task<OptimizationPlan> ReadAsync(string file, StudyChoice chosen, int threads, Report report, KeptResults kept,
        CancellationToken cancellation)
    {
        var spec = Reading.File(file, "reading the optimization", () => OptimizationJson.ReadFile(file));
        spec = spec with { Study = chosen.In(spec.Study, file) };
        return new(spec, await StudyPlan.ReadAsync(spec.Study, file, chosen.Data, threads, report, cancellation), threads, report, kept);
    }

    public OptimizationSpec Spec { get; }

    public StudyPlan Study { get; }

    public int Threads { get; }

    /// <summary>The network and the images, which all candidates share.</summary>
    public StudySubject Subject { get; }

    public ImageSplit Split { get; }

    /// <summary>All candidates: first those of the file, then those that were made of them.</summary>
    public IReadOnlyList<Setting> Settings => _settings;

    /// <summary>Whether dies differ: else one stands for all.</summary>
    public bool HasDies => Spec.Dies > 1 && _settings.Any(setting => setting.Run.HasStaticErrors);

    /// <summary>Adds a candidate, whose number is that of <see cref="Settings"/> before it.</summary>
    public void Add(Setting setting) => _settings.Add(setting);

    /// <summary>Returns a run with the paths of its files resolved.</summary>
    public RunSpec Resolved(RunSpec run) => RunSpecJson.Rebased(run, Study.Folder);

    /// <summary>Returns the positions of images among those that are evaluated.</summary>
    public int[] Positions(ImagesOfCandidate images) =>
        (images.Confirms ? Split.Confirming : Split.Choosing)[images.First..images.End];

    /// <summary>Returns the seeds of the dies that confirm, or of those that choose, which come after them.</summary>
    public IEnumerable<uint> Dies(bool confirms) => Enumerable.Range(confirms ? 0 : Spec.Dies, confirms ? Spec.Dies : Spec.ChoosingDies)
        .Select(i => Spec.Study.Die + (uint)i);

    /// <summary>Checks every candidate before the first image runs.</summary>
    /// <exception cref="ImcException">A candidate or the float network cannot run.</exception>
    public void Require()
    {
        foreach (var (point, _) in Study.Points.DistinctBy(each => each.Key))
        {
            if (!NetworkSpec.IsSame(point.Run, _settings[0].Run))
                throw new ImcException("The candidates of an optimization must run the same digital network on the same calibration "
                    + "images, because all are compared with it. Leave 'quantization', 'calibration.data', 'calibration.count' and bits "
                    + "of operands out of the grid; optimize each network by itself.");
            Subject.Require(point);
            if (Spec.LayerBits.Count > 0 && point.Run.Macro.Adc is not { Kind: AdcKind.Uniform, Bits: not null })
                throw new SpecException("layerBits", $"an ADC of kind {SpecWords.WordFor(point.Run.Macro.Adc.Kind)}",
                    "bits of layers need uniform ADCs whose resolution is stated in bits (macro.adc.bits)");
        }
        Subject.RequireFloat();
    }
}
