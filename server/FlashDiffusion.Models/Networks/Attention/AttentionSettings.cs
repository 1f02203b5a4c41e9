using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>What <see cref="AttentionFunction"/> needs beside the map.</summary>
/// <param name="Norm">The normalisation before it, without SiLU.</param>
/// <param name="QueryKeyValue">Frozen, (3 C, C, 1).</param>
/// <param name="QueryKeyValueBias">Frozen, (3 C).</param>
/// <param name="Projection">Frozen, (C, C, 1).</param>
/// <param name="ProjectionBias">Frozen, (C).</param>
/// <param name="Layout">How queries, keys and values lie.</param>
internal sealed record AttentionSettings(
    NormSettings Norm, LaidOutWeight QueryKeyValue, Tensor QueryKeyValueBias, LaidOutWeight Projection, Tensor ProjectionBias, HeadLayout Layout) : IDisposable
{
    public void Dispose()
    {
        QueryKeyValue.Dispose();
        Projection.Dispose();
    }
}
