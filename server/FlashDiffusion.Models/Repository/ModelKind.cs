namespace FlashDiffusion.Models.Repository;

/// <summary>What a version folder of the repository holds.</summary>
internal enum ModelKind
{
    /// <summary>Not known, because the folder's <c>model.json</c> could not be read.</summary>
    Unknown,

    /// <summary>Autoencoder, denoiser and schedule.</summary>
    LatentDiffusion,

    /// <summary>A severity encoder for one latent diffusion model and one operator family.</summary>
    SeverityEncoder,
}
