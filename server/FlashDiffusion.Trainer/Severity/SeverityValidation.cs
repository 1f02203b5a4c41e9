using FlashDiffusion.Models.Networks;
using FlashDiffusion.Trainer.Degradations;
using FlashDiffusion.Trainer.Randomness;
using FlashDiffusion.Trainer.Statistics;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Severity;

/// <summary>Figures of a severity encoder on held-out crops, each at ten levels with fixed noise.</summary>
internal sealed class SeverityValidation(
    AutoencoderKl autoencoder, SeverityEncoderNetwork network, IDegradation degradation, Tensor held) : IDisposable
{
    public const int Levels = 10;
    private const long Seed = 4711;

    public IReadOnlyDictionary<string, double> Run()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var truth = autoencoder.EncodeMode(held);
        var count = (int)held.shape[0];
        var (predicted, actual) = (new double[Levels][], new double[Levels][]);
        double squared = 0, image = 0;
        for (var level = 0; level < Levels; level++)
        {
            using var inner = NewDisposeScope();
            using var generator = new StepRandom(Seed, level).NextGenerator();
            var levels = Enumerable.Repeat((double)level / (Levels - 1), count).ToArray();
            var prediction = network.Forward(degradation.Degrade(held, levels, generator));
            var error = prediction.Mean - truth;
            predicted[level] = ToDoubles(prediction.Variance);
            actual[level] = ToDoubles(SeverityLoss.TrueVariance(error));
            squared += error.square().mean().item<float>() / Levels;
            image += DecodedPsnr(prediction.Mean, level);
        }

        double[][] byPicture = [.. Enumerable.Range(0, count).Select(i => predicted.Select(row => row[i]).ToArray())];
        double[] order = [.. Enumerable.Range(0, Levels).Select(level => (double)level)];
        double[] all = [.. predicted.SelectMany(row => row)];
        double[] allActual = [.. actual.SelectMany(row => row)];
        return new Dictionary<string, double>
        {
            ["spearman_latent_error"] = RankCorrelation.Spearman(all, allActual),
            ["spearman_level"] = byPicture.Average(row => RankCorrelation.Spearman(row, order)),
            ["ordering_accuracy"] = byPicture.Average(row => OrderingAccuracy.Of(row)),
            ["relative_error"] = all.Zip(allActual).Average(pair => Math.Abs(pair.First - pair.Second) / pair.Second),
            ["latent_mse"] = squared,
            ["decoded_mean_psnr_db"] = image,
        };
    }

    public void Dispose() => held.Dispose();

    /// <summary>This level's share of the mean PSNR: every tenth crop is decoded, a different set at each level.</summary>
    private double DecodedPsnr(Tensor mean, int level)
    {
        if (level >= held.shape[0])
        {
            return 0;
        }

        var rows = arange(level, held.shape[0], Levels);
        var decoded = autoencoder.Decode(mean.index_select(0, rows)).clamp(-1, 1);
        var errors = ToDoubles((decoded - held.index_select(0, rows)).square().mean([1, 2, 3]));
        return errors.Sum(error => 10 * Math.Log10(4 / error)) / held.shape[0];
    }

    private static double[] ToDoubles(Tensor values) => [.. values.data<float>().Select(value => (double)value)];
}
