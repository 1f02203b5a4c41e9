using System.Collections.Frozen;

namespace FlashDiffusion.Models.Repository;

/// <summary>A model that is ready, with the severity encoders that are ready for it, by operator name.</summary>
internal sealed record LoadedModel(LatentDiffusionModel Model, FrozenDictionary<string, SeverityEncoder> SeverityEncoders) : IDisposable
{
    /// <summary>Bytes that all its weights take.</summary>
    public long Bytes => Model.WeightBytes + SeverityEncoders.Values.Sum(encoder => encoder.WeightBytes);

    public void Dispose()
    {
        Model.Dispose();
        foreach (var encoder in SeverityEncoders.Values)
        {
            encoder.Dispose();
        }
    }
}
