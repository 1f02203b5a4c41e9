using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>What <see cref="AttentionFunction"/> needs beside the map.</summary>
/// <param name="Norm">The normalisation before it, without SiLU.</param>
/// <param name="QueryKeyValue">Frozen, (3 C, C, 1).</param>
/// <param name="QueryKeyValueBias">Frozen, (3 C).</param>
/// <param name="Projection">Frozen, (C, C, 1).</param>
/// <param name="ProjectionBias">Frozen, (C).</param>
/// <param name="Heads">Number of heads; each has a multiple of 32 channels.</param>
/// <param name="ProjectionsFirst">Whether channels are split into query, key and value first and then into heads, or the other way round.</param>
internal sealed record AttentionSettings(
    NormSettings Norm, LaidOutWeight QueryKeyValue, Tensor QueryKeyValueBias, LaidOutWeight Projection, Tensor ProjectionBias, int Heads, bool ProjectionsFirst) : IDisposable
{
    public void Dispose()
    {
        QueryKeyValue.Dispose();
        Projection.Dispose();
    }
}
