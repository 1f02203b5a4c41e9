namespace FlashDiffusion.Models.Repository.CompVis;

/// <summary>Loads severity encoders of the research code for a model that is loaded.</summary>
internal static class SeverityCheckpointLoader
{
    /// <summary>Loads an encoder, warms it up, and refuses it if what it gives is no number.</summary>
    public static SeverityEncoder Load(ModelFolder folder, string file, CompVisManifest manifest, LatentDiffusionModel model)
    {
        using var checkpoint = SeverityCheckpoint.Open(folder.Resolve(file));
        var network = checkpoint.Load(manifest.Config.FirstStage, model.Device);
        try
        {
            var encoder = new SeverityEncoder(checkpoint.Training.Operator, checkpoint.Training.Ranges, checkpoint.Training.Choices, network, model);
            SelfCheck.Run(encoder, model);
            return encoder;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
