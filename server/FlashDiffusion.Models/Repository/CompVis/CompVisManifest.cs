namespace FlashDiffusion.Models.Repository.CompVis;

/// <summary>A published configuration in the place of a <c>model.json</c>.</summary>
internal sealed record CompVisManifest(CompVisConfig Config) : IModelManifest
{
    public string Kind => LatentDiffusionManifest.KindName;

    public string Description => $"Published checkpoint, {Config.FirstStage.ClassName}.";
}
