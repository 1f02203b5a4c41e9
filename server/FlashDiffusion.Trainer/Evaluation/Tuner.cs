using System.Globalization;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>
/// Chooses guidance and c by mean PSNR on held-out crops, never on the pictures of the final figures: first guidance at c = 1,
/// then c at the best guidance, then the guidance of the chain from pure noise. A setting that breaks a chain is no candidate.
/// </summary>
internal sealed class Tuner(EvaluatedModel model, ReconstructionRunner runner, CropSet crops, ResultStore store, string key)
{
    private static readonly double[] Corrections = [1.2];

    public OperatorTuning Tune(EvaluatedOperator evaluated, int fullCrops)
    {
        var measured = MeasuredCrops.Of(model, evaluated, crops);
        var adaptive = Try(evaluated, measured, "adaptive", [.. evaluated.Guidances.Select(guidance => (guidance, 1.0))], crops.Count);
        var guidance = Best(evaluated, adaptive, evaluated.Guidances).Guidance;
        adaptive.AddRange(Try(evaluated, measured, "adaptive", [.. Corrections.Select(correction => (guidance, correction))], crops.Count));
        var best = Best(evaluated, adaptive, evaluated.Guidances);
        var full = Try(evaluated, measured, "full", [.. evaluated.FullGuidances.Select(scale => (scale, 1.0))], fullCrops);
        return new OperatorTuning(
            best.Guidance, best.Correction, full.Count == 0 ? best.Guidance : full.MaxBy(trial => trial.Psnr)!.Guidance, [.. adaptive, .. full]);
    }

    /// <summary>The best of some trials.</summary>
    /// <exception cref="InvalidDataException">Every setting broke a chain.</exception>
    internal static TuningTrial Best(EvaluatedOperator evaluated, IReadOnlyCollection<TuningTrial> trials, IEnumerable<double> tried) => trials.MaxBy(trial => trial.Psnr)
        ?? throw new InvalidDataException(string.Create(
            CultureInfo.InvariantCulture,
            $"No guidance for '{evaluated.Name}' can be chosen: a chain broke with each of {string.Join(", ", tried.Select(guidance => guidance.ToString(CultureInfo.InvariantCulture)))}. Lower guidances, or a model that was trained for longer, may help."));

    private List<TuningTrial> Try(
        EvaluatedOperator evaluated, MeasuredCrops measured, string start, (double Guidance, double Correction)[] settings, int count)
    {
        var jobs = new List<ReconstructionJob>();
        foreach (var (guidance, correction) in settings)
        {
            var tag = Tag(evaluated, start, guidance, correction);
            var done = store.Read(tag, key);
            jobs.AddRange(Enumerable.Range(0, count).Where(crop => !done.ContainsKey(crop)).Select(crop => start == "full"
                ? StartJobs.Full(model, crops, measured, crop, guidance, tag)
                : StartJobs.Adaptive(model, crops, measured, crop, guidance, correction, tag)));
        }

        runner.Run(
            evaluated,
            jobs.OrderByDescending(job => job.StartIndex),
            (job, picture, cost) => store.Append(job.Tag, key, CropQuality.Of(job.Crop, crops.Pictures[job.Crop], picture, cost)));
        return [.. settings.Select(setting => Summary(evaluated, start, setting.Guidance, setting.Correction, count)).OfType<TuningTrial>()];
    }

    private TuningTrial? Summary(EvaluatedOperator evaluated, string start, double guidance, double correction, int count)
    {
        var done = store.Read(Tag(evaluated, start, guidance, correction), key).Values.Where(quality => quality.Crop < count).ToList();
        return done.Count == 0 || done.Any(quality => quality.Failed)
            ? null
            : new TuningTrial(start, guidance, correction, done.Count, done.Average(quality => quality.Psnr), done.Average(quality => quality.Lsd));
    }

    private static string Tag(EvaluatedOperator evaluated, string start, double guidance, double correction) =>
        string.Create(CultureInfo.InvariantCulture, $"{evaluated.Name}-{start}-g{guidance}-c{correction}");
}
