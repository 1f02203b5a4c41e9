using FlashDiffusion.Trainer.Severity;
using FlashDiffusion.Trainer.Statistics;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>How well a severity encoder knows its own error, over ten levels of every crop with fresh noise at each.</summary>
/// <param name="SpearmanLatentError">Rank correlation with the true variance of the latent error, all crops and levels pooled.</param>
/// <param name="SpearmanLevel">Rank correlation with the level within a crop, mean over crops.</param>
/// <param name="OrderingAccuracy">Share of pairs of levels in the right order, mean over crops.</param>
/// <param name="TrueOrderingAccuracy">The same for the true error: what a perfect predictor of the error would reach.</param>
/// <param name="RelativeError">Mean of |predicted - true| / true.</param>
internal sealed record SeverityFigures(
    double SpearmanLatentError, double SpearmanLevel, double OrderingAccuracy, double TrueOrderingAccuracy, double RelativeError)
{
    public const int Levels = 10;
    private const int Rows = 32;

    public static SeverityFigures Measure(EvaluatedModel model, EvaluatedOperator evaluated, CropSet crops)
    {
        var predicted = NewTable(crops.Count);
        var actual = NewTable(crops.Count);
        foreach (var indices in Enumerable.Range(0, crops.Count).Chunk(Rows))
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            var truth = model.Encode(crops.Tensor(indices));
            for (var level = 0; level < Levels; level++)
            {
                using var inner = NewDisposeScope();
                double[] levels = [.. Enumerable.Repeat((double)level / (Levels - 1), indices.Length)];
                using var forward = MeasuredCrops.Bind(evaluated, crops, indices, levels);
                var estimate = model.Estimate(evaluated.Name, forward.ToImage(MeasuredCrops.Degrade(forward, evaluated, crops, indices, levels)));
                var variances = SeverityLoss.TrueVariance(estimate.Mean - truth);
                for (var row = 0; row < indices.Length; row++)
                {
                    predicted[indices[row]][level] = estimate.Variance[row].item<float>();
                    actual[indices[row]][level] = variances[row].item<float>();
                }
            }
        }

        return Of(predicted, actual);
    }

    /// <summary>The figures of tables with a row a crop and a column a level.</summary>
    public static SeverityFigures Of(double[][] predicted, double[][] actual)
    {
        double[] order = [.. Enumerable.Range(0, predicted[0].Length).Select(level => (double)level)];
        double[] allPredicted = [.. predicted.SelectMany(row => row)];
        double[] allActual = [.. actual.SelectMany(row => row)];
        return new SeverityFigures(
            RankCorrelation.Spearman(allPredicted, allActual),
            predicted.Average(row => RankCorrelation.Spearman(row, order)),
            predicted.Average(row => Statistics.OrderingAccuracy.Of(row)),
            actual.Average(row => Statistics.OrderingAccuracy.Of(row)),
            allPredicted.Zip(allActual).Average(pair => Math.Abs(pair.First - pair.Second) / pair.Second));
    }

    private static double[][] NewTable(int rows) => [.. Enumerable.Range(0, rows).Select(_ => new double[Levels])];
}
