using FlashDiffusion.Models.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>Loads severity encoders.</summary>
internal static class SeverityEncoderLoader
{
    /// <summary>Loads an encoder for a loaded model, warms it up and checks it against its numbers.</summary>
    public static SeverityEncoder Load(ModelFolder folder, SeverityEncoderManifest manifest, LatentDiffusionModel model)
    {
        var encoder = LoadUnchecked(folder, manifest, model);
        try
        {
            SelfCheck.Verify(folder, manifest.SelfCheck, encoder, model.Device);
            return encoder;
        }
        catch
        {
            encoder.Dispose();
            throw;
        }
    }

    /// <summary>Loads an encoder whose numbers are yet to be made.</summary>
    public static SeverityEncoder LoadUnchecked(ModelFolder folder, SeverityEncoderManifest manifest, LatentDiffusionModel model)
    {
        using var scope = NewDisposeScope();
        var network = NetworkLoading.Fill(NetworkFactory.SeverityEncoder(manifest.FirstStage), folder, manifest.Weights, model.Device);
        try
        {
            return new SeverityEncoder(manifest.Operator, manifest.TrainedRanges, manifest.TrainedChoices, network, model);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
