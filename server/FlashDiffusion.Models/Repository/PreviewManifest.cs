namespace FlashDiffusion.Models.Repository;

/// <summary>A linear map from a latent's channels to RGB in [-1,1].</summary>
internal sealed record PreviewManifest
{
    /// <summary>Three rows of one weight a latent channel.</summary>
    public required IReadOnlyList<IReadOnlyList<float>> Matrix { get; init; }

    /// <summary>Three offsets.</summary>
    public required IReadOnlyList<float> Bias { get; init; }
}
