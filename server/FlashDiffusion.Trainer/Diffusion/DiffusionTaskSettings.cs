namespace FlashDiffusion.Trainer.Diffusion;

/// <summary>What a <see cref="DiffusionTask"/> may vary.</summary>
/// <param name="Batch">Latent windows a step.</param>
/// <param name="Side">Side of a window in latent pixels.</param>
/// <param name="Seed">Seed of windows, timesteps and noise.</param>
/// <param name="Reduced">bfloat16 autocast.</param>
internal sealed record DiffusionTaskSettings(int Batch, int Side, long Seed, bool Reduced)
{
    /// <summary>What is minimised.</summary>
    public PublishedNoiseLoss Loss { get; init; } = new();
}
