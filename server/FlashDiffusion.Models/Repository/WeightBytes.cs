using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Checkpoints.Torch;
using FlashDiffusion.Models.Repository.CompVis;

namespace FlashDiffusion.Models.Repository;

/// <summary>What the weights of a model will take in memory, from the headers of its files: nothing is allocated to find out.</summary>
internal static class WeightBytes
{
    /// <summary>Bytes of the weights in float32, in which all networks compute.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <exception cref="CheckpointException">A file can't be read.</exception>
    /// <exception cref="ModelRepositoryException">A name leads out of the folder.</exception>
    public static long Of(ModelFolder folder, IModelManifest manifest) => manifest switch
    {
        LatentDiffusionManifest model => Of(folder, model.FirstStageWeights) + Of(folder, model.UnetWeights),
        SeverityEncoderManifest encoder => Of(folder, encoder.Weights),
        _ => OfPublished(folder),
    };

    private static long Of(ModelFolder folder, WeightFile weights)
    {
        using var file = SafetensorsFile.Open(folder.Resolve(weights.File));
        return Sum(file.Entries.Values);
    }

    // Of the diffusion network a checkpoint may hold the averages too; one of the two is loaded.
    private static long OfPublished(ModelFolder folder)
    {
        using var file = TorchFile.Open(folder.Resolve(CompVisFolder.WeightsName));
        return Sum(file.Entries.Where(pair => pair.Key.StartsWith(LatentDiffusionLayout.FirstStagePrefix, StringComparison.Ordinal)
            || pair.Key.StartsWith(LatentDiffusionLayout.UNetPrefix, StringComparison.Ordinal)).Select(pair => pair.Value));
    }

    private static long Sum(IEnumerable<TensorEntry> entries) => entries.Sum(entry => entry.Shape.Aggregate(1L, (product, side) => product * side) * sizeof(float));
}
