using System.Globalization;
using FlashDiffusion.Trainer.Statistics;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>
/// Fills the rows of the table for one operator family. Every finished crop goes to the store at once, so that a cut
/// evaluation goes on where it stopped.
/// </summary>
/// <param name="model">What is evaluated.</param>
/// <param name="runner">Runs the chains.</param>
/// <param name="crops">The fixed list.</param>
/// <param name="store">Finished chains.</param>
/// <param name="key">What the stored chains must have been computed with.</param>
/// <param name="cachedOnly">Report what is stored and run nothing.</param>
internal sealed class Evaluator(EvaluatedModel model, ReconstructionRunner runner, CropSet crops, ResultStore store, string key, bool cachedOnly)
{
    public const string Degraded = "degraded";
    public const string DecodedMean = "decoded_mean";
    public const string Flash = "flash";
    public const string Full = "full";
    public const string BestFixed = "best_fixed";
    private const int CeilingRows = 16;
    private const long BootstrapSeed = 95;

    /// <summary>The autoencoder's ceiling: decoded latents of the clean crops.</summary>
    public static RowSummary Ceiling(EvaluatedModel model, CropSet crops)
    {
        var qualities = new List<CropQuality>(crops.Count);
        foreach (var indices in Enumerable.Range(0, crops.Count).Chunk(CeilingRows))
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            var decoded = model.Decode(model.Encode(crops.Tensor(indices)), Quantisation.Nearest);
            qualities.AddRange(indices.Select((index, row) => CropQuality.Of(index, crops.Pictures[index], CropSet.ToPicture(decoded, row))));
        }

        return RowSummary.Of(qualities);
    }

    /// <summary>All rows of one family.</summary>
    /// <param name="evaluated">The family.</param>
    /// <param name="tuning">Settings chosen on other pictures.</param>
    /// <param name="counts">How many crops run through each kind of chain.</param>
    /// <param name="say">Receives a line after each row.</param>
    public OperatorEvaluation Evaluate(EvaluatedOperator evaluated, OperatorTuning tuning, ChainCounts counts, Action<string> say)
    {
        var severity = store.Severity(evaluated.Name, key, () => SeverityFigures.Measure(model, evaluated, crops));
        var measured = MeasuredCrops.Of(model, evaluated, crops);
        var rows = new Dictionary<string, IReadOnlyDictionary<int, CropQuality>>
        {
            [Degraded] = Looked(measured, look => look.Degraded),
            [DecodedMean] = Looked(measured, look => look.DecodedMean),
        };
        say(string.Create(CultureInfo.InvariantCulture, $"{evaluated.Name}: {severity}"));

        rows[Flash] = Chains(evaluated, Tag(evaluated, Flash, tuning.Guidance, tuning.Correction), counts.Flash, (crop, tag) =>
            StartJobs.Adaptive(model, crops, measured, crop, tuning.Guidance, tuning.Correction, tag));
        if (rows[Flash].Count > 0)
        {
            var index = Math.Clamp((int)Math.Round(rows[Flash].Values.Average(quality => quality.Calls)) - 1, 0, model.Schedule.Timesteps - 1);
            rows[BestFixed] = Chains(evaluated, Tag(evaluated, $"{BestFixed}{index}", tuning.Guidance, tuning.Correction), counts.Fixed, (crop, tag) =>
                StartJobs.Fixed(model, crops, measured, crop, index, tuning.Guidance, tuning.Correction, tag));
        }

        rows[Full] = Chains(evaluated, Tag(evaluated, Full, tuning.FullGuidance, 1), counts.Full, (crop, tag) =>
            StartJobs.Full(model, crops, measured, crop, tuning.FullGuidance, tag));
        foreach (var (name, row) in rows.Where(pair => pair.Value.Count > 0))
        {
            say(string.Create(CultureInfo.InvariantCulture, $"{evaluated.Name} {name}: {RowSummary.Of([.. row.Values])}"));
        }

        return new OperatorEvaluation(
            evaluated.Name,
            severity,
            tuning,
            rows.Where(pair => pair.Value.Count > 0).ToDictionary(pair => pair.Key, pair => RowSummary.Of([.. pair.Value.Values])),
            rows.Where(pair => pair.Key != Flash && Shared(rows[Flash], pair.Value).Length > 0).ToDictionary(pair => pair.Key, pair => Interval(rows[Flash], pair.Value)));
    }

    private Dictionary<int, CropQuality> Looked(MeasuredCrops measured, Func<MeasuredCrop, Pictures.Picture> picture) =>
        Enumerable.Range(0, crops.Count).ToDictionary(crop => crop, crop => CropQuality.Of(crop, crops.Pictures[crop], picture(measured.Crops[crop])));

    private Dictionary<int, CropQuality> Chains(EvaluatedOperator evaluated, string tag, int count, Func<int, string, ReconstructionJob> job)
    {
        var done = store.Read(tag, key);
        var jobs = Enumerable.Range(0, cachedOnly ? 0 : Math.Min(count, crops.Count)).Where(crop => !done.ContainsKey(crop)).Select(crop => job(crop, tag));
        runner.Run(
            evaluated,
            jobs,
            (item, picture, cost) => store.Append(tag, key, CropQuality.Of(item.Crop, crops.Pictures[item.Crop], picture, cost)));
        return store.Read(tag, key).Where(pair => pair.Key < count).ToDictionary();
    }

    private (double Low, double High) Interval(IReadOnlyDictionary<int, CropQuality> flash, IReadOnlyDictionary<int, CropQuality> other)
    {
        var shared = Shared(flash, other);
        return ClusterBootstrap.Interval95(
            [.. shared.Select(crop => flash[crop].Psnr - other[crop].Psnr)], [.. shared.Select(crop => crops.Clusters[crop])], BootstrapSeed);
    }

    private static int[] Shared(IReadOnlyDictionary<int, CropQuality> row, IReadOnlyDictionary<int, CropQuality> other) =>
        [.. row.Keys.Intersect(other.Keys).Where(crop => !row[crop].Failed && !other[crop].Failed).Order()];

    private static string Tag(EvaluatedOperator evaluated, string row, double guidance, double correction) =>
        string.Create(CultureInfo.InvariantCulture, $"{evaluated.Name}-{row}-g{guidance}-c{correction}");
}
