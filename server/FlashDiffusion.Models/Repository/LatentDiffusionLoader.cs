using FlashDiffusion.Models.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>Loads latent diffusion models.</summary>
internal static class LatentDiffusionLoader
{
    /// <summary>Loads a model, warms it up and checks it against its numbers.</summary>
    public static LatentDiffusionModel Load(ModelFolder folder, LatentDiffusionManifest manifest, Device device)
    {
        var model = LoadUnchecked(folder, manifest, device);
        try
        {
            SelfCheck.Verify(folder, manifest.SelfCheck, model);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Loads a model whose numbers are yet to be made.</summary>
    public static LatentDiffusionModel LoadUnchecked(ModelFolder folder, LatentDiffusionManifest manifest, Device device)
    {
        using var scope = NewDisposeScope();
        var firstStage = NetworkLoading.Fill(NetworkFactory.FirstStage(manifest.FirstStage), folder, manifest.FirstStageWeights, device);
        UNetModel? unet = null;
        try
        {
            unet = NetworkLoading.Fill(NetworkFactory.UNet(manifest.Unet), folder, manifest.UnetWeights, device);
            return new LatentDiffusionModel(folder, manifest, firstStage, unet, device);
        }
        catch
        {
            firstStage.Dispose();
            unet?.Dispose();
            throw;
        }
    }
}
