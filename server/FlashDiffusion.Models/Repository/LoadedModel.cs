using System.Collections.Frozen;

namespace FlashDiffusion.Models.Repository;

/// <summary>A model that is ready, with the severity encoders that are ready for it, by operator name.</summary>
internal sealed record LoadedModel(LatentDiffusionModel Model, FrozenDictionary<string, SeverityEncoder> SeverityEncoders) : IDisposable
{
    public void Dispose()
    {
        Model.Dispose();
        foreach (var encoder in SeverityEncoders.Values)
        {
            encoder.Dispose();
        }
    }
}
