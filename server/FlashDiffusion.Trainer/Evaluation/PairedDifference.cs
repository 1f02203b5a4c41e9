using FlashDiffusion.Trainer.Statistics;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>Difference of two rows of the table in PSNR, crop by crop.</summary>
/// <param name="Crops">Crops that both rows have a picture of.</param>
/// <param name="Mean">Mean difference in dB.</param>
/// <param name="Low">Lower bound of the central 95 % over pictures.</param>
/// <param name="High">Upper bound.</param>
internal sealed record PairedDifference(int Crops, double Mean, double Low, double High)
{
    private const long BootstrapSeed = 95;

    public static PairedDifference? Of(IReadOnlyDictionary<int, CropQuality> row, IReadOnlyDictionary<int, CropQuality> other, IReadOnlyList<int> clusters)
    {
        int[] shared = [.. row.Keys.Intersect(other.Keys).Where(crop => !row[crop].Failed && !other[crop].Failed).Order()];
        if (shared.Length == 0)
        {
            return null;
        }

        double[] differences = [.. shared.Select(crop => row[crop].Psnr - other[crop].Psnr)];
        var (low, high) = ClusterBootstrap.Interval95(differences, [.. shared.Select(crop => clusters[crop])], BootstrapSeed);
        return new PairedDifference(shared.Length, differences.Average(), low, high);
    }
}
